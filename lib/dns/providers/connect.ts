import type { Provider } from '@/lib/dns/provider'
import { lexiconProvider } from '@/lib/dns/providers/lexicon'
import { powerdnsProvider } from '@/lib/dns/providers/powerdns'
import { rfc2136Provider } from '@/lib/dns/providers/rfc2136'
import type { Dns } from '@/lib/dns/resolver'
import type { ProviderConfig } from '@/lib/dns/schema'

/** Opens a provider: its settings, its credential as it was sealed, and what it asks DNS with. */
export type ConnectProvider = (config: ProviderConfig, credential: string, dns: Dns) => Provider

/** A provider by its kind. Nothing is sent before it is used. */
export const connectProvider: ConnectProvider = (config, credential, dns) => {
  switch (config.kind) {
    case 'rfc2136':
      return rfc2136Provider(config, credential, dns)
    case 'powerdns':
      return powerdnsProvider(config, credential)
    case 'lexicon':
      return lexiconProvider(config, credential, dns)
  }
}
