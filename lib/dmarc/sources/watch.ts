import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { SourceKind } from '@/lib/dmarc/sources/group-sources'
import { listSources } from '@/lib/dmarc/sources/queries'
import { losesMail } from '@/lib/dmarc/sources/what-if'

const DAY_MS = 24 * 60 * 60 * 1000
const WATCHED_DAYS = 7
const REMEMBERED_DAYS = 60

/** A source that is, or may be, ours, of whose mail receivers quarantined or refused some. */
export interface StoppedSource {
  name: string
  kind: SourceKind
  messages: number
  stopped: number
}

/** What reports say of a domain's mail lately. */
export interface WatchedReports {
  /** Days, UTC, since the newest of the last 60 that a report speaks of; null: no report in that time. */
  silentDays: number | null
  /** Of the last 7 days, most stopped first. */
  stopped: readonly StoppedSource[]
}

/** Reads what the checks of a domain watch: mostly one small question, for most domains have no mail that was stopped. */
export async function watchReports(domain: { id: string; name: string }, now: Date): Promise<WatchedReports> {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  const since = new Date(today - (WATCHED_DAYS - 1) * DAY_MS)
  const [row] = await db().$queryRaw<{ last: Date | null; stopped: number }[]>`
    SELECT max(day) AS last, coalesce(sum(message_count) FILTER (WHERE day >= ${since}::date
             AND NOT is_dkim_aligned AND NOT is_spf_aligned AND disposition IN ('quarantine', 'reject')), 0)::float8 AS stopped
      FROM dmarc_day
     WHERE domain_id = ${domain.id}::uuid AND day >= ${new Date(today - REMEMBERED_DAYS * DAY_MS)}::date`
  const silentDays = row?.last ? Math.max(0, (today - row.last.getTime()) / DAY_MS) : null
  if (!row || row.stopped === 0) return { silentDays, stopped: [] }
  const sources = await listSources(systemActor('worker'), domain.name, { days: WATCHED_DAYS, now })
  const stopped = sources
    .filter(losesMail)
    .map(({ name, kind, messages, stopped: count }) => ({ name, kind, messages, stopped: count }))
    .sort((a, b) => b.stopped - a.stopped)
  return { silentDays, stopped }
}
