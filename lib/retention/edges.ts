import type { Retention } from '@/lib/retention/schema'

const DAY_MS = 86_400_000

/** The first days (UTC, `YYYY-MM-DD`) of which reports are still kept. */
export interface Edges {
  aggregateFrom: string
  tlsFrom: string
}

const isoDay = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** What is kept at `now`: of aggregate reports whole months, since their rows go by partition. */
export function edgesAt({ aggregateDays, tlsDays }: Retention, now: Date): Edges {
  const before = (days: number): string => isoDay(now.getTime() - days * DAY_MS)
  return { aggregateFrom: `${before(aggregateDays).slice(0, 7)}-01`, tlsFrom: before(tlsDays) }
}

/** The later of each: what was let go once does not count as kept again. */
export function laterEdges(one: Edges, other: Edges): Edges {
  const later = (a: string, b: string): string => (a > b ? a : b)
  return {
    aggregateFrom: later(one.aggregateFrom, other.aggregateFrom),
    tlsFrom: later(one.tlsFrom, other.tlsFrom),
  }
}
