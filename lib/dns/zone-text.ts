import { formatCharacterStrings } from '@/lib/dns/character-strings'
import { canonicalValue, parseRecordName, RECORD_TYPES, type DnsRecordData, type RecordType } from '@/lib/dns/record'

/**
 * RDATA as a zone file and nsupdate take it (RFC 1035 §5.1). Throws where the value is not canonical: nothing that could
 * end a line or start another gets through.
 */
export function formatRdata(type: RecordType, value: string): string {
  if (canonicalValue(type, value) !== value && type !== 'TXT') throw new Error(`not canonical ${type} data`)
  return type === 'TXT' ? formatCharacterStrings(value) : value
}

/** One line of a zone file, absolute name, fields parted by one space. Throws where name, TTL or value is not canonical. */
export function formatZoneLine({ name, type, ttlSeconds, value }: DnsRecordData): string {
  if (parseRecordName(name) !== name) throw new Error(`not a record name: ${JSON.stringify(name)}`)
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > 2 ** 31 - 1) throw new Error('TTL out of range')
  return `${name}. ${ttlSeconds} IN ${type} ${formatRdata(type, value)}`
}

/** Lines for a zone file, sorted by name, type and value, each ended by a newline. */
export function formatZoneText(records: readonly DnsRecordData[]): string {
  return records
    .map((record) => `${formatZoneLine(record)}\n`)
    .sort()
    .join('')
}

/** Reads one line as {@link formatZoneLine} writes it (any blanks, any case, split or unsplit); null where it is none or of a type that is not ours. */
export function parseZoneLine(line: string): DnsRecordData | null {
  const parts = /^(\S+)\s+(\d{1,10})\s+IN\s+(\S+)\s+(.*)$/is.exec(line.trim())
  const type = RECORD_TYPES.find((known) => known === parts?.[3]?.toUpperCase())
  const name = parseRecordName(parts?.[1] ?? '')
  const value = type && canonicalValue(type, parts?.[4] ?? '')
  return parts && type && name && value != null ? { name, type, ttlSeconds: Number(parts[2]), value } : null
}
