import 'server-only'
import { readCheckSettings } from '@/lib/checks/settings'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { createAsk } from '@/lib/dns/ask'
import { connectProvider, type ConnectProvider } from '@/lib/dns/providers/connect'
import { configuredResolvers, type Dns } from '@/lib/dns/resolver'
import { env } from '@/lib/env'

/** What checks, publishing and key rotation need of the world. */
export interface DnsDeps {
  dns: Dns
  connect: ConnectProvider
  clock: Clock
}

/**
 * The world as it is set: POSTHOUSE_RESOLVERS, else the resolvers of the panel's settings, else the system's. Throws where
 * that setting is wrong.
 */
export async function systemDnsDeps(): Promise<DnsDeps> {
  const fromSettings = async () => (await readCheckSettings(db())).resolvers.join(',')
  const resolvers = configuredResolvers(env().POSTHOUSE_RESOLVERS || (await fromSettings()))
  return { dns: { ask: createAsk(), resolvers }, connect: connectProvider, clock: systemClock }
}
