import 'server-only'
import type { Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { withLock } from '@/lib/db/lock'
import { dropPartitionsBefore } from '@/lib/dmarc/partitions'
import { logger } from '@/lib/logger/logger'
import { edgesAt, laterEdges, type Edges } from '@/lib/retention/edges'
import type { Retention } from '@/lib/retention/schema'
import { readRetention, readSweepState, writeSweepState, type SweepState } from '@/lib/retention/stored'

const MINUTE = 60_000
const DAY_MS = 86_400_000
/** Longer than any import that read the days of before the announcement. */
const AFTER_ANNOUNCEMENT = 10 * MINUTE
const FILES_AT_ONCE = 500

/**
 * Removes what is older than the settings say, once a day: first it is announced, so that nothing older is taken in any
 * more, and on a pass ten minutes later it goes; rows of aggregate reports as whole partitions, files with their reports
 * in batches. Sums stay. What a page holds on to waits for the next pass. Killed anywhere, it goes on where it was.
 */
export async function sweepReports(clock: Clock): Promise<void> {
  await withLock('reports.sweep', async () => {
    const now = clock()
    const [retention, state] = await Promise.all([readRetention(db()), readSweepState(db())])
    const wanted = edgesAt(retention, now)
    const edges = state ? laterEdges(state, wanted) : wanted
    if (edges.aggregateFrom !== state?.aggregateFrom || edges.tlsFrom !== state.tlsFrom)
      return writeSweepState(db(), { ...edges, announcedAt: now, sweptOn: null })
    if (isDue(state, now)) await sweep(state, retention, now)
  })
}

const isoDay = (at: Date): string => at.toISOString().slice(0, 10)

function isDue({ announcedAt, sweptOn }: SweepState, now: Date): boolean {
  return now.getTime() - announcedAt.getTime() >= AFTER_ANNOUNCEMENT && sweptOn !== isoDay(now)
}

async function sweep(state: SweepState, retention: Retention, now: Date): Promise<void> {
  const areDropped = await dropPartitionsBefore(db(), state.aggregateFrom)
  if (!areDropped) {
    logger('retention').warn('old rows of reports are in use; they are removed later')
    return
  }
  let files = 0
  for (const which of passingFiles(state, retention, now)) files += await removeFiles(which)
  await writeSweepState(db(), { ...state, sweptOn: isoDay(now) })
  if (files > 0) logger('retention').info({ files }, 'old reports removed')
}

/** Ids of files that go, a batch each time. By domain, since that is how reports are indexed. */
function passingFiles({ aggregateFrom, tlsFrom }: Edges, retention: Retention, now: Date): Prisma.Sql[] {
  const before = (days: number): Date => new Date(now.getTime() - days * DAY_MS)
  const ofDomains = (report: Prisma.Sql): Prisma.Sql => Prisma.sql`
    SELECT r.file_id FROM domain d CROSS JOIN LATERAL (
      SELECT file_id FROM ${report} AND domain_id = d.id LIMIT ${FILES_AT_ONCE}) r LIMIT ${FILES_AT_ONCE}`
  const given = (which: Prisma.Sql): Prisma.Sql => Prisma.sql`
    SELECT id FROM report_file f WHERE ${which} LIMIT ${FILES_AT_ONCE}`
  // Of a domain that was removed since.
  const isOrphan = Prisma.sql`state = 'stored' AND NOT EXISTS (SELECT FROM dmarc_report WHERE file_id = f.id)
    AND NOT EXISTS (SELECT FROM tls_report WHERE file_id = f.id)`
  return [
    ofDomains(Prisma.sql`dmarc_report WHERE day < ${aggregateFrom}::date`),
    ofDomains(Prisma.sql`tls_report WHERE ends_at < ${new Date(tlsFrom)}::timestamptz`),
    given(Prisma.sql`kind = 'aggregate' AND received_at < ${new Date(aggregateFrom)}::timestamptz AND ${isOrphan}`),
    given(Prisma.sql`kind = 'tls' AND received_at < ${new Date(tlsFrom)}::timestamptz AND ${isOrphan}`),
    given(
      Prisma.sql`kind = 'failure' AND state = 'stored' AND received_at < ${before(retention.failureDays)}::timestamptz`,
    ),
    given(Prisma.sql`state <> 'stored' AND received_at < ${before(retention.refusedDays)}::timestamptz`),
  ]
}

async function removeFiles(which: Prisma.Sql): Promise<number> {
  let files = 0
  let removed = 0
  do {
    removed = await db().$executeRaw`DELETE FROM report_file WHERE id IN (${which})`
    files += removed
  } while (removed > 0)
  return files
}
