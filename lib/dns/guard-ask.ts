import { BlockList, isIP } from 'node:net'
import type { Ask } from '@/lib/dns/answer'
import type { Dns } from '@/lib/dns/resolver'
import { isGlobalAddress, isSameAddress } from '@/lib/settings/addresses'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
const isLoopback = (address: string) =>
  isIP(address) !== 0 && loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

/**
 * The same DNS, which asks no authoritative server at an address that the Internet does not route: whoever writes NS
 * records chooses it, and would have us ask into our own network. Allowed are our resolvers, the addresses of `trusted`
 * (servers that an administrator named), and loopback where a resolver is there as well: a machine that is its own world.
 */
export function guardAsk({ ask, resolvers }: Dns, trusted: readonly string[]): Dns {
  const named = [...trusted, ...resolvers.map(({ address }) => address)]
  const hasOwnWorld = resolvers.some(({ address }) => isLoopback(address))
  const isAllowed = (address: string) =>
    isGlobalAddress(address) || named.some((one) => isSameAddress(one, address)) || (hasOwnWorld && isLoopback(address))
  const guarded: Ask = (server, name, type, mode) => {
    if (mode !== 'authoritative' || isAllowed(server.address)) return ask(server, name, type, mode)
    const words = `${server.address} is not a public address`
    return Promise.resolve({ status: 'temperror', reason: 'unreachable', words })
  }
  return { ask: guarded, resolvers }
}
