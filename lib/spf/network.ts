import { canonicalAddress } from '@/lib/dns/record'

/** An address as its octets: 4 of IPv4, 16 of IPv6. */
export interface Address {
  family: 4 | 6
  octets: readonly number[]
}

function octetsOfIpv6(canonical: string): number[] {
  const [head = '', tail] = canonical.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const before = groups(head)
  const after = groups(tail ?? '')
  const between = tail === undefined ? [] : Array<number>(8 - before.length - after.length).fill(0)
  return [...before, ...between, ...after].flatMap((group) => [group >> 8, group & 0xff])
}

/** Reads an address as it stands; null where it is none. */
export function parseNetwork(text: string): Address | null {
  const canonical = canonicalAddress(text)
  if (canonical === null) return null
  if (!canonical.includes(':')) return { family: 4, octets: canonical.split('.').map(Number) }
  return { family: 6, octets: octetsOfIpv6(canonical) }
}

/** Reads the address of a client: one of IPv4 written as IPv6 (`::ffff:…`) is IPv4 (RFC 7208 §5). Null where it is none. */
export function parseClient(text: string): Address | null {
  const address = parseNetwork(text)
  if (address?.family !== 6) return address
  const isMapped = address.octets.slice(0, 12).every((octet, index) => octet === (index < 10 ? 0 : 0xff))
  return isMapped ? { family: 4, octets: address.octets.slice(12) } : address
}

/** True where both are of one family and their first `prefix` bits agree. */
export function isInNetwork(address: Address, network: Address, prefix: number): boolean {
  if (address.family !== network.family) return false
  return address.octets.every((octet, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8))
    const mask = (0xff << (8 - bits)) & 0xff
    return (octet & mask) === ((network.octets[index] ?? 0) & mask)
  })
}

/** The address as the `i` macro has it: dotted, of IPv6 a nibble each (RFC 7208 §7.3). */
export function dottedAddress({ family, octets }: Address): string {
  if (family === 4) return octets.join('.')
  return octets.flatMap((octet) => [octet >> 4, octet & 0xf].map((nibble) => nibble.toString(16))).join('.')
}

/** The name under which PTR records of the address stand (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: Address): string {
  const labels = dottedAddress(address).split('.').reverse().join('.')
  return `${labels}.${address.family === 4 ? 'in-addr' : 'ip6'}.arpa`
}
