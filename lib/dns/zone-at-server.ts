import type { DnsServer } from '@/lib/dns/answer'
import type { ZoneResult } from '@/lib/dns/provider'
import { isInside } from '@/lib/dns/record'
import type { Dns } from '@/lib/dns/resolver'

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
