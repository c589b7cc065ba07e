import { z } from 'zod'

export const MAX_TRY_WORDS = 400

/** How the last attempt at a provider went (`DnsProvider.lastTry`): `status` as of `TryResult`, the zones that it named. */
export const providerTry = z.strictObject({
  at: z.string(),
  domain: z.string(),
  status: z.enum(['ok', 'refused', 'temperror']),
  zones: z.array(z.string()),
  words: z.string().max(MAX_TRY_WORDS),
})
export type ProviderTry = z.infer<typeof providerTry>

/** Reads a stored attempt; null where there was none. Throws where it was not written by us. */
export function parseProviderTry(json: unknown): ProviderTry | null {
  return json === null ? null : providerTry.parse(json)
}
