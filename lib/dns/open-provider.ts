import 'server-only'
import type { DnsDeps } from '@/lib/dns/deps'
import { providerContext, type StoredProvider } from '@/lib/dns/load-domain'
import type { Provider } from '@/lib/dns/provider'
import { openAsWorker } from '@/lib/secrets/seal'

/** Opens a stored provider with its credential: for the worker alone. Throws where this process may not open it. */
export function openProvider(stored: StoredProvider, deps: Pick<DnsDeps, 'connect' | 'dns'>): Provider {
  return deps.connect(stored.config, openAsWorker(stored.credentialSealed, providerContext(stored.id)), deps.dns)
}
