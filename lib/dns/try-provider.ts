import 'server-only'
import { db } from '@/lib/db/client'
import type { DnsDeps } from '@/lib/dns/deps'
import { parseProvider } from '@/lib/dns/load-domain'
import { openProvider } from '@/lib/dns/open-provider'
import { MAX_TRY_WORDS, type ProviderTry } from '@/lib/dns/provider-try'

/** Tries a provider with a domain and stores how it went. Nothing is changed there. For the worker; a provider that is gone is passed over. */
export async function tryProvider(providerId: string, domain: string, deps: DnsDeps): Promise<void> {
  const row = await db().dnsProvider.findUnique({
    where: { id: providerId },
    select: { id: true, name: true, kind: true, config: true, credentialSealed: true },
  })
  if (!row) return
  const result = await openProvider(parseProvider(row), deps).tryOut(domain)
  const lastTry: ProviderTry = {
    at: deps.clock().toISOString(),
    domain,
    status: result.status,
    zones: result.status === 'ok' ? result.zones : [],
    words: result.words.slice(0, MAX_TRY_WORDS),
  }
  await db().dnsProvider.updateMany({ where: { id: providerId }, data: { lastTry } })
}
