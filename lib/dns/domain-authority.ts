import { findAuthority, fixedAuthority, type AuthorityResult } from '@/lib/dns/authority'
import type { Dns } from '@/lib/dns/resolver'
import type { ProviderConfig } from '@/lib/dns/schema'
import { zoneAtServer } from '@/lib/dns/zone-at-server'

/** The servers that decide what DNS says of a domain: those that the provider names, else those of the zone's NS records. */
export async function domainAuthority(
  dns: Dns,
  domain: string,
  config: Pick<ProviderConfig, 'authoritative'> | null,
): Promise<AuthorityResult> {
  const [first] = config?.authoritative ?? []
  if (!config || !first) return findAuthority(dns, domain)
  const zone = await zoneAtServer(dns, first, domain)
  if (zone.status !== 'found') return { status: 'temperror', words: zone.words }
  return { status: 'found', authority: fixedAuthority(zone.zone, config.authoritative) }
}
