import type { Answer, DecodedPacket, TxtData } from 'dns-packet'
import type { AskMode, DnsAnswer, FoundRecord, NegativeZone, QueryType } from '@/lib/dns/answer'
import { quoteStrings } from '@/lib/dns/character-strings'
import { canonicalValue, RECORD_TYPES } from '@/lib/dns/record'

const MAX_ALIASES = 8

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

/** The strings of a TXT record, an octet a character. */
function stringsOf(data: TxtData): string[] {
  return (Array.isArray(data) ? data : [data]).map((part) =>
    typeof part === 'string' ? part : part.toString('latin1'),
  )
}

function dataOf(answer: Answer): { value: string; rdata: string | null } {
  if (answer.type === 'TXT') {
    const strings = stringsOf(answer.data)
    return { value: strings.join(''), rdata: quoteStrings(strings) }
  }
  const text = presentation(answer)
  const type = RECORD_TYPES.find((known) => known === answer.type)
  const canonical = type ? canonicalValue(type, text) : null
  // What does not parse is shown as it came; it equals nothing that we want.
  return { value: canonical ?? text, rdata: canonical }
}

/** RDATA of DNSSEC and DANE (RFC 4034 §2.2 and §5.3, RFC 6698 §2.2), hexadecimal in lower case; null for other types. */
function signedPresentation(answer: Answer): string | null {
  if (answer.type === 'DS') {
    const { keyTag, algorithm, digestType, digest } = answer.data
    return `${keyTag} ${algorithm} ${digestType} ${digest.toString('hex')}`
  }
  if (answer.type === 'DNSKEY')
    return `${answer.data.flags} 3 ${answer.data.algorithm} ${answer.data.key.toString('base64')}`
  if (answer.type !== 'TLSA') return null
  const { usage, selector, matchingType, certificate } = answer.data
  return `${usage} ${selector} ${matchingType} ${certificate.toString('hex')}`
}

/** RDATA of the types that we read; empty for all others. */
function presentation(answer: Answer): string {
  if (answer.type === 'MX') return `${answer.data.preference ?? 0} ${answer.data.exchange}`
  if (answer.type === 'SRV')
    return `${answer.data.priority ?? 0} ${answer.data.weight ?? 0} ${answer.data.port} ${answer.data.target}`
  if (answer.type === 'CAA') return `${answer.data.flags ?? 0} ${answer.data.tag} "${answer.data.value}"`
  if (answer.type === 'NS' || answer.type === 'PTR' || answer.type === 'CNAME') return `${plain(answer.data)}.`
  if (answer.type === 'SOA') {
    const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data
    return [`${plain(mname)}.`, `${plain(rname)}.`, serial, refresh, retry, expire, minimum].join(' ')
  }
  return signedPresentation(answer) ?? (answer.type === 'A' || answer.type === 'AAAA' ? answer.data : '')
}

function foundRecord(answer: Answer): FoundRecord | null {
  if (answer.type === 'OPT') return null
  const ttlSeconds = 'ttl' in answer ? (answer.ttl ?? 0) : 0
  return { name: plain(answer.name), type: answer.type, ttlSeconds, ...dataOf(answer) }
}

/** The zone of a negative answer and how long it may be kept: the smaller of the SOA's own TTL and its last field (RFC 2308 §5). */
function negativeZone(answers: readonly Answer[]): NegativeZone | null {
  for (const answer of answers) {
    if (answer.type === 'SOA') {
      return { zone: plain(answer.name), negativeTtlSeconds: Math.min(answer.ttl ?? 0, answer.data.minimum ?? 0) }
    }
  }
  return null
}

function referral(packet: DecodedPacket): DnsAnswer | null {
  const names = (packet.authorities ?? []).flatMap((answer) =>
    answer.type === 'NS' ? [{ zone: plain(answer.name), server: plain(answer.data) }] : [],
  )
  const [first] = names
  if (!first) return null
  const glue = (packet.additionals ?? []).flatMap((answer) =>
    answer.type === 'A' || answer.type === 'AAAA' ? [{ name: plain(answer.name), address: answer.data }] : [],
  )
  return { status: 'referral', zone: first.zone, serverNames: names.map(({ server }) => server), glue }
}

function fromRecords(
  records: FoundRecord[],
  name: string,
  type: QueryType,
  soa: NegativeZone | null,
  isAuthentic: boolean,
): DnsAnswer | null {
  let at = plain(name)
  for (let step = 0; step < MAX_ALIASES; step++) {
    const matching = records.filter((record) => record.name === at && record.type === type)
    if (matching.length > 0) return { status: 'answer', records: matching, soa, isAuthentic }
    const alias = records.find((record) => record.name === at && record.type === 'CNAME')
    if (!alias) break
    at = plain(alias.value)
  }
  const alias = records.find((record) => record.name === plain(name) && record.type === 'CNAME')
  return alias ? { status: 'alias', target: plain(alias.value), ttlSeconds: alias.ttlSeconds } : null
}

/**
 * What a decoded response says about a question (RFC 1035 §4.1.1, RFC 2308). In authoritative mode only an answer with AA
 * counts; without it a list of NS is a referral, anything else means that the server does not serve the zone.
 */
export function interpretResponse(packet: DecodedPacket, name: string, type: QueryType, mode: AskMode): DnsAnswer {
  // The library decodes the code; its types do not know the field.
  const { rcode } = packet as DecodedPacket & { rcode: string }
  if (rcode === 'REFUSED' || rcode === 'NOTAUTH') return { status: 'temperror', reason: 'refused', words: rcode }
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { status: 'temperror', reason: 'servfail', words: rcode }
  const soa = negativeZone(packet.authorities ?? [])
  if (mode === 'authoritative' && !packet.flag_aa) {
    return (
      referral(packet) ?? {
        status: 'temperror',
        reason: 'not-authoritative',
        words: 'the server does not serve this zone',
      }
    )
  }
  const records = (packet.answers ?? []).map(foundRecord).filter((record) => record !== null)
  const answer = fromRecords(records, name, type, negativeZone(packet.answers ?? []), packet.flag_ad)
  if (answer) return answer
  return { status: rcode === 'NXDOMAIN' ? 'nxdomain' : 'nodata', soa, isAuthentic: packet.flag_ad }
}
