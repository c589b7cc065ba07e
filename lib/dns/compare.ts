import { isSameDkimKey, parseDkimRecord } from '@/lib/dkim/record'
import { dmarcFulfils, isDmarcRecord } from '@/lib/dns/dmarc-record'
import type { RecordType } from '@/lib/dns/record'
import type { Purpose } from '@/lib/dns/wanted-records'
import { isSpfRecord } from '@/lib/spf/record'
import { mergeSpf, spfAddresses } from '@/lib/spf/merge'

/** What one server's answer means for one record. `several`: more than one where the standard allows one, or mail servers of somebody else beside ours. */
export type Comparison = 'ok' | 'missing' | 'different' | 'several'

export interface ComparedRecord {
  purpose: Purpose
  type: RecordType
  value: string
}

function one(found: readonly string[], fulfils: (text: string) => boolean): Comparison {
  const [first, ...rest] = found
  if (first === undefined) return 'missing'
  if (rest.length > 0) return 'several'
  return fulfils(first) ? 'ok' : 'different'
}

function exchange(value: string): string {
  return value.split(' ')[1] ?? ''
}

/** Hosts count, preferences do not: with ours alone in the set any preference means the same. */
function compareMx(wanted: string, found: readonly string[], ours: readonly string[]): Comparison {
  if (found.length === 0) return 'missing'
  if (!found.some((value) => exchange(value) === exchange(wanted))) return 'different'
  const mine = ours.map(exchange)
  return found.every((value) => mine.includes(exchange(value))) ? 'ok' : 'several'
}

function compareOwn(type: RecordType, wanted: string, found: readonly string[]): Comparison {
  if (found.includes(wanted)) return 'ok'
  const stands = type === 'A' || type === 'AAAA' || type === 'CNAME'
  return stands && found.length > 0 ? 'different' : 'missing'
}

/**
 * Compares what a server has at a record's name and type (canonical values) with the record, by what a receiver makes of
 * it: SPF is fulfilled when our addresses pass, DKIM when the key is the same, DMARC when the policy is at least as
 * strict and reports reach us. `ours` are all values wanted at that name and type.
 */
export function compareRecord(record: ComparedRecord, found: readonly string[], ours: readonly string[]): Comparison {
  switch (record.purpose) {
    case 'mx':
      return compareMx(record.value, found, ours)
    case 'spf':
      return one(found.filter(isSpfRecord), (text) => mergeSpf(text, spfAddresses(record.value)).kind === 'unchanged')
    case 'dkim': {
      // Any second key record at the name makes the result undefined (RFC 6376 §3.6.2.2); text that is no key does not.
      const keys = found.filter((text) => parseDkimRecord(text) !== null)
      if (keys.length === 0 && found.length > 0) return 'different'
      return one(keys, (text) => isSameDkimKey(text, record.value))
    }
    case 'dmarc':
      return one(found.filter(isDmarcRecord), (text) => dmarcFulfils(text, record.value))
    case 'own':
      return compareOwn(record.type, record.value, found)
    case 'withdrawn':
      return found.includes(record.value) ? 'different' : 'ok'
  }
}
