import { BlockList, isIP } from 'node:net'

/** Networks that the Internet does not route (RFC 6890 and the registries it made). */
const local = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  local.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 127],
  // Names for IPv4 addresses, private ones too, that a gateway on the way would take them for.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['100::', 64],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['ff00::', 8],
] as const) {
  local.addSubnet(network, prefix, 'ipv6')
}

/** Whether an address can be reached from the Internet at all. */
export function isGlobalAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !local.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** The name under which an address has its PTR record (RFC 1035 §3.5, RFC 3596 §2.5). Throws an Error for no address. */
export function reverseName(address: string): string {
  const family = isIP(address)
  if (family === 4) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  if (family !== 6) throw new Error(`${JSON.stringify(address)} is no address`)
  return `${[...expandIpv6(address)].reverse().join('.')}.ip6.arpa`
}

/** The 32 hexadecimal digits of an IPv6 address. */
function expandIpv6(address: string): string {
  // An embedded IPv4 address (::ffff:192.0.2.1) becomes its two groups.
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = '', tail] = text.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const missing = tail === undefined ? 0 : 8 - before.length - after.length
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after]
  return all.map((group) => group.padStart(4, '0').toLowerCase()).join('')
}

/** Whether two texts are the same address, however they are written. */
export function isSameAddress(one: string, other: string): boolean {
  return isIP(one) !== 0 && isIP(one) === isIP(other) && reverseName(one) === reverseName(other)
}
