import { relativeTo, type HandRecord } from '@/lib/dns/by-hand/hand-record'
import { formatRdata } from '@/lib/dns/zone-text'

/** Gandi's LiveDNS refuses a shorter time to live. */
const LEAST_TTL_SECONDS = 300

/** One line of Gandi's text editor for a zone: relative name (`@` for the zone itself), TTL, class, type, data; texts quoted. */
export function gandiLine(record: HandRecord): string {
  const { ttlSeconds, type, value } = record
  return `${relativeTo(record) || '@'} ${Math.max(ttlSeconds, LEAST_TTL_SECONDS)} IN ${type} ${formatRdata(type, value)}`
}
