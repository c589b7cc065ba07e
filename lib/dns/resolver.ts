import { getServers } from 'node:dns'
import { isIP } from 'node:net'
import type { Ask, DnsAnswer, DnsServer, QueryType } from '@/lib/dns/answer'

/** What checks and publishing ask the world with. Tests give a zone of their own instead. */
export interface Dns {
  ask: Ask
  /** Recursive servers, each of which must see a record before it counts as seen. */
  resolvers: readonly DnsServer[]
}

/** Reads `address:port`, `[v6]:port` or an address alone (port 53); null where it is none. */
export function parseServer(text: string): DnsServer | null {
  const match = /^(?:\[([^\]]+)\](?::(\d{1,5}))?|([^:]+)(?::(\d{1,5}))?|(.+))$/.exec(text.trim())
  const address = match?.[1] ?? match?.[3] ?? match?.[5] ?? ''
  const port = Number(match?.[2] ?? match?.[4] ?? 53)
  return isIP(address) !== 0 && port >= 1 && port <= 65535 ? { address, port } : null
}

/** The form that {@link parseServer} reads. */
export function formatServer({ address, port }: DnsServer): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
}

/**
 * The resolvers of the setting POSTHOUSE_RESOLVERS (comma separated), or the system's where it is empty. Throws an Error
 * that names a part which is no address.
 */
export function configuredResolvers(setting: string): DnsServer[] {
  const parts = setting
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return (parts.length > 0 ? parts : getServers()).map((part) => {
    const server = parseServer(part)
    if (!server) throw new Error(`POSTHOUSE_RESOLVERS: ${JSON.stringify(part)} is not address:port`)
    return server
  })
}

/** Asks the resolvers one after another until one knows (a `temperror` of one is no answer). */
export async function resolve({ ask, resolvers }: Dns, name: string, type: QueryType): Promise<DnsAnswer> {
  let last: DnsAnswer = { status: 'temperror', reason: 'unreachable', words: 'no resolver is configured' }
  for (const server of resolvers) {
    last = await ask(server, name, type, 'recursive')
    if (last.status !== 'temperror') return last
  }
  return last
}
