import type { DnsAnswer } from '@/lib/dns/answer'

/** A list that is asked by DNS whether an address or a domain is on it (RFC 5782). */
export interface BlockList {
  zone: string
  of: 'address' | 'domain'
  /** Whether being on it is broken rather than attention: so many receivers refuse by it. */
  isGrave: boolean
}

const DOMAIN_LISTS = /(?:^|\.)(?:dbl|surbl|uribl|rhsbl)(?:\.|$)/
const GRAVE_LISTS = /(?:^|\.)(?:zen|sbl|xbl|sbl-xbl|dbl)\.(?:dq\.)?spamhaus\.(?:org|net)$/

/** What is asked where nobody said otherwise. */
export const DEFAULT_BLOCK_LISTS: readonly string[] = [
  'zen.spamhaus.org',
  'bl.spamcop.net',
  'b.barracudacentral.org',
  'dnsbl-1.uceprotect.net',
  'psbl.surriel.com',
  'dbl.spamhaus.org',
  'multi.surbl.org',
  'multi.uribl.com',
]

/** Lists by their zones (with a key of one's own in front, where a list wants that); what each lists is told by its name. */
export function blockLists(zones: readonly string[] = DEFAULT_BLOCK_LISTS): BlockList[] {
  return zones.map((zone) => ({
    zone,
    of: DOMAIN_LISTS.test(zone) ? 'domain' : 'address',
    isGrave: GRAVE_LISTS.test(zone),
  }))
}

/** What a list said. `refused`: it does not answer whom asks through this resolver, which says nothing of the address. */
export type Listing =
  | { status: 'listed'; codes: string[] }
  | { status: 'clear' | 'refused' | 'strange' }
  | { status: 'unknown'; words: string }

/**
 * Codes that are no listing: Spamhaus 127.255.255.252 (no such list), .254 (public resolver), .255 (too many questions) and
 * the range they come from; 127.0.0.1 of SURBL and URIBL, 127.0.1.255 of DBL (https://www.spamhaus.org/faqs/dnsbl-usage/).
 */
const REFUSAL = /^(?:127\.255\.255\.\d+|127\.0\.0\.1|127\.0\.1\.255)$/

/** Reads a list's answer. An address outside 127/8 is some resolver's own answer to whatever does not exist (RFC 5782 §2.1). */
export function readListing(answer: DnsAnswer): Listing {
  if (answer.status === 'nxdomain' || answer.status === 'nodata') return { status: 'clear' }
  if (answer.status === 'temperror')
    return answer.reason === 'refused' ? { status: 'refused' } : { status: 'unknown', words: answer.words }
  if (answer.status !== 'answer') return { status: 'strange' }
  const codes = answer.records.map(({ value }) => value).sort()
  if (codes.some((code) => !code.startsWith('127.'))) return { status: 'strange' }
  const listed = codes.filter((code) => !REFUSAL.test(code))
  return listed.length > 0 ? { status: 'listed', codes: listed } : { status: 'refused' }
}
