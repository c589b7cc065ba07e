import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { parseSpfRecord, type SpfTerm } from '@/lib/spf/record'

/** Receivers drop or truncate longer answers; RFC 7208 §3.4 asks to stay below. */
const MAX_OCTETS = 450

function mechanism(address: string): string {
  if (isIPv4(address)) return `ip4:${address}`
  if (isIPv6(address)) return `ip6:${address}`
  throw new Error(`not an address: ${JSON.stringify(address)}`)
}

/**
 * The SPF record of a domain that sends from these addresses alone (RFC 7208). Addresses are named one by one: no look-up
 * is spent, and a record of somebody else (`mx`, `a`) that changes cannot change who may send. By default it ends in
 * `~all`: receivers that refuse on `-all` do so before they read the DKIM signature that forwarded mail depends on; with
 * DMARC the two are judged alike. Without addresses and with `-`: nobody sends.
 */
export function formatSpfRecord(addresses: readonly string[], all: '~' | '-' = '~'): string {
  return ['v=spf1', ...addresses.map(mechanism), `${all}all`].join(' ')
}

const ADDRESS = /^\+?(ip4|ip6):([^/]+)(?:\/(\d{1,3}))?$/i

function covers(term: SpfTerm, address: string): boolean {
  if (term.kind !== 'directive' || term.qualifier !== '+') return false
  if (term.name === 'all') return true
  const [, name = '', network = '', bits] = ADDRESS.exec(term.text) ?? []
  const family = name.toLowerCase() === 'ip4' ? 'ipv4' : 'ipv6'
  if (name === '' || (isIPv4(address) ? 'ipv4' : 'ipv6') !== family) return false
  if (family === 'ipv4' ? !isIPv4(network) : !isIPv6(network)) return false
  const most = family === 'ipv4' ? 32 : 128
  const prefix = bits === undefined ? most : Number(bits)
  if (prefix > most) return false
  const list = new BlockList()
  list.addSubnet(network, prefix, family)
  return list.check(address, family)
}

/** True where a verifier reaches a passing `ip4`, `ip6` or `all` that covers the address before any other `all`. */
function authorises(terms: readonly SpfTerm[], address: string): boolean {
  for (const term of terms) {
    if (covers(term, address)) return true
    if (term.kind === 'directive' && term.name === 'all') return false
  }
  return false
}

export type SpfMerge =
  | { kind: 'unchanged' }
  | { kind: 'merged'; text: string }
  | { kind: 'refused'; reason: 'invalid' | 'too-long' | 'foreign' }

/** The terms less those that name one of the addresses alone. */
function withoutAddresses(terms: readonly SpfTerm[], addresses: readonly string[]): SpfTerm[] {
  const dropped = new Set(addresses.map(mechanism))
  return terms.filter(
    ({ kind, qualifier, text }) =>
      !(kind === 'directive' && qualifier === '+' && dropped.has(text.replace(/^\+/, '').toLowerCase())),
  )
}

/**
 * The smallest edit of a live record after which our addresses pass: missing ones are put first (they cost no look-up and
 * nothing can match before them), single addresses that were ours and no longer are go; every other term stays as it was
 * written. A record that verifiers call permerror is left to its owner (`invalid`).
 */
export function mergeSpf(live: string, add: readonly string[], drop: readonly string[] = []): SpfMerge {
  const terms = parseSpfRecord(live)
  if (!terms) return { kind: 'refused', reason: 'invalid' }
  const gone = drop.filter((address) => !add.includes(address))
  const kept = withoutAddresses(terms, gone)
  const missing = add.filter((address) => !authorises(kept, address))
  if (missing.length === 0 && kept.length === terms.length) return { kind: 'unchanged' }
  const text = ['v=spf1', ...missing.map(mechanism), ...kept.map((term) => term.text)].join(' ')
  return text.length > MAX_OCTETS ? { kind: 'refused', reason: 'too-long' } : { kind: 'merged', text }
}

/** True where a record passes one of the addresses by naming it alone, also where it is broken elsewhere. */
export function namesAddress(text: string, addresses: readonly string[]): boolean {
  const named = new Set(addresses.map(mechanism))
  return text.split(' ').some((term) => named.has(term.replace(/^\+/, '').toLowerCase()))
}

/** True where a record says nothing but what becomes of everybody else. */
export function isOnlyAll(text: string): boolean {
  return parseSpfRecord(text)?.every((term) => term.kind === 'directive' && term.name === 'all') ?? false
}

/** True where nobody passes nor is merely doubted: all that a verifier reaches is `-` (RFC 7208 §10.1.2). */
export function authorisesNobody(text: string): boolean {
  const directives = parseSpfRecord(text)?.filter((term) => term.kind === 'directive') ?? []
  const end = directives.findIndex((term) => term.name === 'all')
  return end >= 0 && directives.slice(0, end + 1).every((term) => term.qualifier === '-')
}

/**
 * The edit after which nobody may send: our addresses go, and what remains is closed. Where somebody else is still named
 * the record is left to its owner (`foreign`), who alone knows whether that sender is in use.
 */
export function closeSpf(live: string, drop: readonly string[] = []): SpfMerge {
  if (authorisesNobody(live)) return { kind: 'unchanged' }
  const terms = parseSpfRecord(live)
  if (!terms) return { kind: 'refused', reason: 'invalid' }
  const isOthers = withoutAddresses(terms, drop).some((term) =>
    term.kind === 'directive' ? term.name !== 'all' && term.qualifier !== '-' : term.name === 'redirect',
  )
  return isOthers ? { kind: 'refused', reason: 'foreign' } : { kind: 'merged', text: formatSpfRecord([], '-') }
}

/** The single addresses that a record of ours names. */
export function spfAddresses(text: string): string[] {
  return (parseSpfRecord(text) ?? []).flatMap((term) => {
    const [, , address, bits] = ADDRESS.exec(term.text) ?? []
    return address === undefined || bits !== undefined ? [] : [address]
  })
}
