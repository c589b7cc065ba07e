import { findAuthority, fixedAuthority, type AuthorityResult } from '@/lib/dns/authority'
import type { DnsServer } from '@/lib/dns/answer'
import { isInside } from '@/lib/dns/record'
import type { Dns } from '@/lib/dns/resolver'
import type { Rfc2136Config } from '@/lib/dns/schema'

export type ZoneResult = { status: 'found'; zone: string } | { status: 'refused' | 'temperror'; words: string }

/** The zone in which one authoritative server holds a domain, by the SOA that it answers with. */
export async function zoneAtServer(dns: Dns, server: DnsServer, domain: string): Promise<ZoneResult> {
  const answer = await dns.ask(server, domain, 'SOA', 'authoritative')
  if (answer.status === 'temperror') {
    const isOurs = answer.reason !== 'refused' && answer.reason !== 'not-authoritative'
    return { status: isOurs ? 'temperror' : 'refused', words: `${answer.reason}: ${answer.words}` }
  }
  if (answer.status === 'referral')
    return { status: 'refused', words: `the server passes ${domain} on to ${answer.zone}` }
  const zone = answer.status === 'alias' ? null : answer.soa?.zone
  if (zone == null || !isInside(domain, zone)) return { status: 'refused', words: `the server does not hold ${domain}` }
  return { status: 'found', zone }
}

/** The zone that a provider is to be asked to change for a domain. */
export async function providerZone(dns: Dns, config: Rfc2136Config, domain: string): Promise<ZoneResult> {
  if (config.zone === null) return zoneAtServer(dns, config.server, domain)
  if (isInside(domain, config.zone)) return { status: 'found', zone: config.zone }
  return { status: 'refused', words: `${domain} is not in the zone ${config.zone}` }
}

/** The servers that decide what DNS says of a domain: those that the provider names, else those of the zone's NS records. */
export async function domainAuthority(
  dns: Dns,
  domain: string,
  config: Rfc2136Config | null,
): Promise<AuthorityResult> {
  const [first] = config?.authoritative ?? []
  if (!config || !first) return findAuthority(dns, domain)
  const zone = await zoneAtServer(dns, first, domain)
  if (zone.status !== 'found') return { status: 'temperror', words: zone.words }
  return { status: 'found', authority: fixedAuthority(zone.zone, config.authoritative) }
}
