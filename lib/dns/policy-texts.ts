import { parseDkimRecord } from '@/lib/dkim/record'
import { isDmarcRecord, reportUris } from '@/lib/dns/dmarc-record'
import type { Purpose } from '@/lib/dns/purpose'
import type { RecordType } from '@/lib/dns/record'
import { parseTagList } from '@/lib/dns/tag-list'
import { isSpfRecord } from '@/lib/spf/record'

/** True where a TXT text claims to announce an MTA-STS policy (RFC 8461 §3.1). */
export function isMtaStsRecord(text: string): boolean {
  return /^v\s*=\s*STSv1\s*(;|$)/.test(text)
}

/** True where a TXT text claims to be a TLS reporting record (RFC 8460 §3). */
export function isTlsRptRecord(text: string): boolean {
  return /^v\s*=\s*TLSRPTv1\s*(;|$)/.test(text)
}

/** True where a TXT text claims to be a BIMI record. */
export function isBimiRecord(text: string): boolean {
  return /^v\s*=\s*BIMI1\s*(;|$)/i.test(text)
}

/** Texts of which one name has at most one, and how they are told from other texts beside them. */
const KINDS: Partial<Record<Purpose, (text: string) => boolean>> = {
  spf: isSpfRecord,
  'host-spf': isSpfRecord,
  dmarc: isDmarcRecord,
  'report-permission': isDmarcRecord,
  'mta-sts': isMtaStsRecord,
  'tls-rpt': isTlsRptRecord,
  bimi: isBimiRecord,
}

/** True where a TXT text is of the kind that a purpose has one of; false for every text of other purposes. */
export function isOfKind(purpose: Purpose, text: string): boolean {
  return KINDS[purpose]?.(text) ?? false
}

/** True for purposes whose text is the only one of its kind at its name. */
export function isSingleText(purpose: Purpose): boolean {
  return purpose in KINDS
}

function hasSameTags(found: string, wanted: string, names: readonly string[]): boolean {
  const [have, want] = [parseTagList(found), parseTagList(wanted)]
  return have !== null && want !== null && names.every((name) => (have.get(name) ?? '') === (want.get(name) ?? ''))
}

/** True where both announce the same policy: the id is all that a sender compares. */
export function isSameMtaSts(found: string, wanted: string): boolean {
  return hasSameTags(found, wanted, ['id'])
}

/** True where both show the same logo and certificate. */
export function isSameBimi(found: string, wanted: string): boolean {
  return hasSameTags(found, wanted, ['l', 'a'])
}

/** True where reports go to at least the wanted addresses. */
export function tlsRptFulfils(found: string, wanted: string): boolean {
  const [have, want] = [parseTagList(found), parseTagList(wanted)]
  const uris = reportUris(have?.get('rua'))
  return have !== null && want !== null && reportUris(want.get('rua')).every((uri) => uris.includes(uri))
}

/**
 * True where two values are equal, are records of the same DKIM key whatever else they say of it, or are texts of the same
 * version and tags in whatever order and spacing.
 */
export function isSameValue(type: RecordType, found: string, wanted: string): boolean {
  if (found === wanted || type !== 'TXT') return found === wanted
  const publicKey = parseDkimRecord(wanted)?.publicKey ?? ''
  if (publicKey !== '') return parseDkimRecord(found)?.publicKey === publicKey
  const [have, want] = [parseTagList(found), parseTagList(wanted)]
  return have?.has('v') === true && have.size === want?.size && hasSameTags(found, wanted, [...have.keys()])
}
