import 'server-only'
import { systemClock, type Clock } from '@/lib/clock/clock'
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

/** The world as the process's settings have it (POSTHOUSE_RESOLVERS). Throws where that setting is wrong. */
export function systemDnsDeps(): DnsDeps {
  return {
    dns: { ask: createAsk(), resolvers: configuredResolvers(env().POSTHOUSE_RESOLVERS) },
    connect: connectProvider,
    clock: systemClock,
  }
}
