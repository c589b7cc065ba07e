import { z } from 'zod'
import type { Finding } from '@/lib/dns/observe'

/**
 * What else stood in a record's place: the longest TTL of what did when last looked, null where it is gone, and until when
 * caches may hold what has gone since (ISO 8601), null where none does.
 */
export const othersSchema = z.object({ ttlSeconds: z.number().nullable(), until: z.string().nullable() })
export type Others = z.infer<typeof othersSchema>

/** Nothing else was ever seen. */
export const NO_OTHERS: Others = { ttlSeconds: null, until: null }

/**
 * What is known of others after one more look. What stood there at the look before may have stood until just now, and a
 * cache may have asked a moment ago; of a server that is silent it still may.
 */
export function followOthers(before: Others, findings: readonly Finding[], now: Date): Others {
  const own = findings.filter((one) => one.kind === 'authoritative')
  const seen = own.flatMap(({ state, ttlSeconds }) =>
    state === 'different' || state === 'several' ? [ttlSeconds ?? 0] : [],
  )
  const mayStand = own.some((one) => one.state === 'temperror') && before.ttlSeconds !== null ? [before.ttlSeconds] : []
  const standing = [...seen, ...mayStand]
  const since = before.ttlSeconds === null ? [] : [now.getTime() + before.ttlSeconds * 1000]
  const kept = before.until === null ? [] : [Date.parse(before.until)].filter((time) => time > now.getTime())
  const times = [...since, ...kept]
  return {
    ttlSeconds: standing.length > 0 ? Math.max(...standing) : null,
    until: times.length > 0 ? new Date(Math.max(...times)).toISOString() : null,
  }
}

/** For how many seconds from a look caches may hold what stood in a record's place before. */
export function othersSeconds({ until }: Others, lookedAt: Date): number {
  return until === null ? 0 : Math.max(0, Math.ceil((Date.parse(until) - lookedAt.getTime()) / 1000))
}
