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
 * is spent, and a record of somebody else (`mx`, `a`) that changes cannot change who may send. It ends in `~all`:
 * receivers that refuse on `-all` do so before they read the DKIM signature that forwarded mail depends on; with DMARC the
 * two are judged alike.
 */
export function formatSpfRecord(addresses: readonly string[]): string {
  return ['v=spf1', ...addresses.map(mechanism), '~all'].join(' ')
}

function covers(term: SpfTerm, address: string): boolean {
  if (term.kind !== 'directive' || term.qualifier !== '+') return false
  if (term.name === 'all') return true
  const family = term.name === 'ip4' ? 'ipv4' : term.name === 'ip6' ? 'ipv6' : null
  const [network = '', bits] = term.value.split('/')
  if (!family || (isIPv4(address) ? 'ipv4' : 'ipv6') !== family) return false
  if (family === 'ipv4' ? !isIPv4(network) : !isIPv6(network)) return false
  const most = family === 'ipv4' ? 32 : 128
  const prefix = bits === undefined ? most : Number(bits)
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return false
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
  { kind: 'unchanged' } | { kind: 'merged'; text: string } | { kind: 'refused'; reason: 'invalid' | 'too-long' }

/**
 * The smallest edit of a live record after which our addresses pass: missing ones are put first (they cost no look-up and
 * nothing can match before them), single addresses that were ours and no longer are go; every other term stays as it was
 * written. A record that verifiers call permerror is left to its owner (`invalid`).
 */
export function mergeSpf(live: string, add: readonly string[], drop: readonly string[] = []): SpfMerge {
  const terms = parseSpfRecord(live)
  if (!terms) return { kind: 'refused', reason: 'invalid' }
  const dropped = new Set(drop.filter((address) => !add.includes(address)).map(mechanism))
  const kept = terms.filter(
    (term) =>
      !(term.kind === 'directive' && term.qualifier === '+' && dropped.has(term.text.replace(/^\+/, '').toLowerCase())),
  )
  const missing = add.filter((address) => !authorises(kept, address))
  if (missing.length === 0 && kept.length === terms.length) return { kind: 'unchanged' }
  const text = ['v=spf1', ...missing.map(mechanism), ...kept.map((term) => term.text)].join(' ')
  return text.length > MAX_OCTETS ? { kind: 'refused', reason: 'too-long' } : { kind: 'merged', text }
}

/** The single addresses that a record of ours names. */
export function spfAddresses(text: string): string[] {
  return (parseSpfRecord(text) ?? [])
    .filter((term) => term.name === 'ip4' || term.name === 'ip6')
    .map((term) => term.value)
}
