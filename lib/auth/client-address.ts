import { BlockList, isIP } from 'node:net'

function plain(address: string): string {
  const text = address.trim().replace(/^::ffff:(?=\d+\.)/i, '')
  return text.replace(/^\[(.*)\](?::\d+)?$/, '$1')
}

function blockList(trusted: string): BlockList {
  const list = new BlockList()
  for (const item of trusted.split(',').map((part) => part.trim())) {
    const [address = '', prefix] = item.split('/')
    const family = isIP(address)
    if (family === 0) continue
    const kind = family === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, kind)
    else list.addSubnet(address, Number(prefix), kind)
  }
  return list
}

/**
 * The address that a request came from. `peer` is the socket's other end, `forwarded` the X-Forwarded-For header,
 * `trusted` addresses or networks of proxies, comma separated. A forwarded address counts only as far as trusted
 * proxies vouch for it, read from the right (RFC 7239 §8.1). Null where the peer is unknown.
 */
export function clientAddress(peer: string | null, forwarded: string | null, trusted: string): string | null {
  const list = blockList(trusted)
  const isTrusted = (address: string): boolean => {
    const family = isIP(address)
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }
  let current = plain(peer ?? '')
  if (isIP(current) === 0) return null
  const hops = (forwarded ?? '').split(',').map(plain).filter(Boolean)
  while (isTrusted(current)) {
    const next = hops.pop()
    if (next === undefined || isIP(next) === 0) break
    current = next
  }
  return current
}
