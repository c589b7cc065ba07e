import { z } from 'zod'
import { OBSERVATION_STATES } from '@/lib/dns/observe'
import { othersSchema } from '@/lib/dns/others'

/**
 * What is kept of an observation (`DnsObservation.found`): each server's word, what resolvers that validate last said of its
 * authenticity, what else stood there, and how the last publishing of the record went.
 */
export const foundSchema = z.object({
  findings: z.array(
    z.object({
      server: z.string(),
      kind: z.enum(['authoritative', 'resolver']),
      state: z.enum(['ok', 'missing', 'different', 'several', 'temperror']),
      values: z.array(z.string()),
      ttlSeconds: z.number().nullable(),
      words: z.string(),
    }),
  ),
  isAuthentic: z.boolean().nullable().default(null),
  others: othersSchema.optional(),
  publish: z.object({ at: z.string(), status: z.string(), words: z.string() }).nullable().default(null),
})
export type Found = z.infer<typeof foundSchema>

export const observationState = z.enum(OBSERVATION_STATES)

/** Reads a stored observation's `found`. Throws where it was not written by us. */
export function parseFound(json: unknown): Found {
  return foundSchema.parse(json)
}
