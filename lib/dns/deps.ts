import 'server-only'
import { readCheckSettings } from '@/lib/checks/settings'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { createAsk } from '@/lib/dns/ask'
import { guardAsk } from '@/lib/dns/guard-ask'
import { connectProvider, type ConnectProvider } from '@/lib/dns/providers/connect'
import { configuredResolvers, type Dns } from '@/lib/dns/resolver'
import { parseProviderConfig } from '@/lib/dns/schema'
import { env } from '@/lib/env'

/** What checks, publishing and key rotation need of the world. */
export interface DnsDeps {
  dns: Dns
  connect: ConnectProvider
  clock: Clock
}

/** Addresses of the DNS servers that administrators named with their providers. */
export async function namedServers(): Promise<string[]> {
  const rows = await db().dnsProvider.findMany({ select: { kind: true, config: true } })
  return rows.flatMap((row) => {
    const config = parseProviderConfig(row.kind, row.config)
    const servers = config.kind === 'rfc2136' ? [config.server, ...config.authoritative] : config.authoritative
    return servers.map(({ address }) => address)
  })
}

/**
 * The world as it is set: POSTHOUSE_RESOLVERS, else the resolvers of the panel's settings, else the system's. Throws where
 * that setting is wrong. Name servers that a zone leads to at private addresses are not asked, but for those that a provider
 * names.
 */
export async function systemDnsDeps(): Promise<DnsDeps> {
  const fromSettings = async () => (await readCheckSettings(db())).resolvers.join(',')
  const resolvers = configuredResolvers(env().POSTHOUSE_RESOLVERS || (await fromSettings()))
  const dns = guardAsk({ ask: createAsk(), resolvers }, await namedServers())
  return { dns, connect: connectProvider, clock: systemClock }
}
