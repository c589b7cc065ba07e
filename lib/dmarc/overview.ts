import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { AppError } from '@/lib/errors/app-error'

const REPORTERS = 50
const MAX_DAYS = 366
const DAY_MS = 86_400_000

/** Messages by what became of them: aligned; not aligned and delivered all the same; not aligned and stopped (quarantined or rejected). */
export interface Outcomes {
  aligned: number
  delivered: number
  stopped: number
}

export interface ReportTotals extends Outcomes {
  messages: number
  spfAligned: number
  dkimAligned: number
  reports: number
  sources: number
}

export interface ReportOverview {
  domain: string
  /** First and last day, UTC, `YYYY-MM-DD`. */
  from: string
  to: string
  totals: ReportTotals
  /** Every day of the time, those without a message too; a report counts on the day of the middle of its period. */
  days: (Outcomes & { day: string })[]
  /** The 50 with most messages. */
  reporters: { reporter: string; reports: number; messages: number }[]
}

/**
 * Who sent how much as the domain in the last `days` days (1 to 366), and what became of it. NOT_FOUND where the domain is
 * not the actor's.
 */
export async function getReportOverview(
  actor: Actor,
  domainName: string,
  { days = 30, now = systemClock() }: { days?: number; now?: Date } = {},
): Promise<ReportOverview> {
  requirePermission(actor, 'report:read')
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { id: true, name: true },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const span = Math.min(MAX_DAYS, Math.max(1, Math.trunc(days) || 1))
  const last = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  const first = last - (span - 1) * DAY_MS
  const where = Prisma.sql`domain_id = ${domain.id}::uuid AND day BETWEEN ${isoDay(first)}::date AND ${isoDay(last)}::date`
  const [byDay, totals, reporters] = await Promise.all([readDays(where), readTotals(where), readReporters(where)])
  const everyDay = Array.from({ length: span }, (_item, at) => {
    const day = isoDay(first + at * DAY_MS)
    return byDay.get(day) ?? { day, aligned: 0, delivered: 0, stopped: 0 }
  })
  return { domain: domain.name, from: isoDay(first), to: isoDay(last), totals, days: everyDay, reporters }
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

const IS_ALIGNED = Prisma.sql`(is_dkim_aligned OR is_spf_aligned)`
const IS_STOPPED = Prisma.sql`(disposition IN ('quarantine', 'reject'))`

/** The messages of sums for which `condition` holds. */
function messagesWhere(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`coalesce(sum(message_count) FILTER (WHERE ${condition}), 0)::float8`
}

const OUTCOMES = Prisma.sql`${messagesWhere(IS_ALIGNED)} AS aligned,
  ${messagesWhere(Prisma.sql`NOT ${IS_ALIGNED} AND NOT ${IS_STOPPED}`)} AS delivered,
  ${messagesWhere(Prisma.sql`NOT ${IS_ALIGNED} AND ${IS_STOPPED}`)} AS stopped`
const BY_MECHANISM = Prisma.sql`${messagesWhere(Prisma.sql`is_spf_aligned`)} AS "spfAligned",
  ${messagesWhere(Prisma.sql`is_dkim_aligned`)} AS "dkimAligned"`

async function readDays(where: Prisma.Sql): Promise<Map<string, Outcomes & { day: string }>> {
  const rows = await db().$queryRaw<(Outcomes & { day: string })[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, ${OUTCOMES} FROM dmarc_day WHERE ${where} GROUP BY 1`
  return new Map(rows.map((row) => [row.day, row]))
}

async function readTotals(where: Prisma.Sql): Promise<ReportTotals> {
  const [row] = await db().$queryRaw<ReportTotals[]>`
    SELECT ${messagesWhere(Prisma.sql`true`)} AS messages, ${OUTCOMES}, ${BY_MECHANISM},
      (SELECT count(*) FROM dmarc_report WHERE ${where})::float8 AS reports,
      (SELECT count(DISTINCT source_ip) FROM dmarc_source_day WHERE ${where})::float8 AS sources
    FROM dmarc_day WHERE ${where}`
  if (!row) throw new Error('an aggregate without GROUP BY gave no row')
  return row
}

async function readReporters(where: Prisma.Sql): Promise<ReportOverview['reporters']> {
  return db().$queryRaw<ReportOverview['reporters']>`
    SELECT reporter, count(*)::float8 AS reports, sum(message_count)::float8 AS messages
    FROM dmarc_report
    WHERE ${where} GROUP BY reporter ORDER BY messages DESC, reporter LIMIT ${REPORTERS}`
}
