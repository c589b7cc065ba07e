import type { NodeFacts } from '@/lib/checks/check'
import { lookUpHost } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import type { DnsServer } from '@/lib/dns/answer'
import { parseServer } from '@/lib/dns/resolver'

/** Where a service of a node answers for us; `words` where its name leads nowhere; null where the node has no such service. */
export async function serviceServer(
  world: CheckWorld,
  { services }: NodeFacts,
  service: string,
): Promise<{ server: DnsServer } | { words: string } | null> {
  const place = services[service]
  if (place === undefined) return null
  const server = parseServer(place)
  if (server) return { server }
  const match = /^(.+):(\d{1,5})$/.exec(place)
  const host = match?.[1] ?? place
  const { addresses, unknown } = await lookUpHost(world, host)
  const [address] = addresses
  if (address === undefined) return { words: unknown[0] ?? `${host} has no address` }
  return { server: { address, port: Number(match?.[2]) } }
}
