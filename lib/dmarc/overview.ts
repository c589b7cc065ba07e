import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import {
  failing,
  inMonths,
  inPeriod,
  IS_ALIGNED,
  IS_STOPPED,
  messagesWhere,
  ofHeaderFrom,
  OUTCOMES,
  trusted,
} from '@/lib/dmarc/filter-sql'
import { DEFAULT_DAYS, daysOf, lastDays, periodBefore, type Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import { requireOwnDomain } from '@/lib/dmarc/require-domain'

const REPORTERS = 50
const OVERRIDES = 200

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
  /** Reports there still are: their sums are kept longer than they. A From domain does not narrow them. */
  reports: number
}

export interface ReporterSums {
  reporter: string
  /** As in {@link ReportTotals}. */
  reports: number
  messages: number
  aligned: number
  quarantined: number
  rejected: number
}

/** Messages of which the reporter says why it did not apply the policy. */
export interface OverrideSums {
  /** The reasons (RFC 9990 `reason` types) of these messages; sums are apart by all of them together. */
  types: string[]
  messages: number
  /** Of these, quarantined or rejected all the same. */
  stopped: number
  /** Most messages first; empty where the From domain is asked for, for no sum has both. */
  reporters: { reporter: string; messages: number }[]
}

export interface ReportOverview {
  domain: string
  /** First and last day, UTC, `YYYY-MM-DD`. */
  from: string
  to: string
  totals: ReportTotals
  /** Of the time of the same length before; null where it was not asked for. */
  before: ReportTotals | null
  /** Every day of the time, those without a message too; a report counts on the day of the middle of its period. */
  days: (Outcomes & { day: string })[]
  /** The 50 with most messages, and how many there are; none where the From domain is asked for. */
  reporters: ReporterSums[]
  reporterCount: number
  overrides: OverrideSums[]
}

/**
 * Who sent how much as the domain in the time of the filter, and what became of it: by the sums, so whatever the number of
 * rows. `onlyFailures` narrows reporters and overrides; days and totals tell failures apart anyway. NOT_FOUND where the
 * domain is not the actor's.
 */
export async function getReportOverview(
  actor: Actor,
  domainName: string,
  { compare = false, ...filter }: ReportFilter & { compare?: boolean } = {},
): Promise<ReportOverview> {
  requirePermission(actor, 'report:read')
  const domain = await requireOwnDomain(actor, domainName)
  const period = lastDays(filter.days ?? DEFAULT_DAYS, filter.now ?? systemClock())
  const earlier = compare ? periodBefore(period) : null
  const whole = { ...period, from: earlier?.from ?? period.from }
  const [byDay, counted, reporters, overrides] = await Promise.all([
    readDays(domain.id, whole, filter),
    countReports(domain.id, whole, period.from, filter),
    readReporters(domain.id, period, filter),
    readOverrides(domain.id, period, filter),
  ])
  const totalsOf = (some: Period) => ({ ...addUp(daysOf(some), byDay), reports: counted.get(some === period) ?? 0 })
  return {
    ...{ domain: domain.name, from: period.from, to: period.to },
    totals: totalsOf(period),
    before: earlier && totalsOf(earlier),
    days: daysOf(period).map((day) => {
      const { aligned = 0, delivered = 0, stopped = 0 } = byDay.get(day) ?? {}
      return { day, aligned, delivered, stopped }
    }),
    ...{ reporters: reporters.map(({ all: _all, ...sums }) => sums), reporterCount: reporters[0]?.all ?? 0 },
    overrides: byTypes(overrides),
  }
}

const BY_MECHANISM = Prisma.sql`${messagesWhere(Prisma.sql`is_spf_aligned`)} AS "spfAligned",
  ${messagesWhere(Prisma.sql`is_dkim_aligned`)} AS "dkimAligned"`

/** The sums that can tell what the filter asks for: those by reporter know no From domain, those by source no reporter. */
function sumsOf(filter: ReportFilter, period: Period): { table: Prisma.Sql; where: Prisma.Sql } {
  if (filter.headerFrom !== undefined)
    return { table: Prisma.sql`dmarc_source_day`, where: Prisma.sql`${inMonths(period)} AND ${ofHeaderFrom(filter)}` }
  return { table: Prisma.sql`dmarc_day`, where: ofReporter(filter) }
}

function ofReporter({ reporter }: ReportFilter): Prisma.Sql {
  return reporter === undefined ? Prisma.sql`true` : Prisma.sql`reporter = ${reporter}`
}

type DaySums = Omit<ReportTotals, 'reports' | 'messages'>

async function readDays(domainId: string, period: Period, filter: ReportFilter): Promise<Map<string, DaySums>> {
  const { table, where } = sumsOf(filter, period)
  const rows = await db().$queryRaw<(DaySums & { day: string })[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, ${OUTCOMES}, ${BY_MECHANISM} FROM ${table}
     WHERE ${inPeriod(domainId, period)} AND ${trusted(filter)} AND ${where} GROUP BY 1`
  return new Map(rows.map((row) => [row.day, row]))
}

function addUp(days: readonly string[], byDay: ReadonlyMap<string, DaySums>): Omit<ReportTotals, 'reports'> {
  const sum = { messages: 0, aligned: 0, delivered: 0, stopped: 0, spfAligned: 0, dkimAligned: 0 }
  for (const day of days) {
    const sums = byDay.get(day)
    if (!sums) continue
    sum.aligned += sums.aligned
    sum.delivered += sums.delivered
    sum.stopped += sums.stopped
    sum.spfAligned += sums.spfAligned
    sum.dkimAligned += sums.dkimAligned
  }
  return { ...sum, messages: sum.aligned + sum.delivered + sum.stopped }
}

/** How many reports, before `from` (false) and from then on (true). */
async function countReports(
  domainId: string,
  period: Period,
  from: string,
  filter: ReportFilter,
): Promise<Map<boolean, number>> {
  const rows = await db().$queryRaw<{ isNow: boolean; count: number }[]>`
    SELECT day >= ${from}::date AS "isNow", count(*)::int AS count FROM dmarc_report
     WHERE ${inPeriod(domainId, period)} AND ${trusted(filter)} AND ${ofReporter(filter)} GROUP BY 1`
  return new Map(rows.map(({ isNow, count }) => [isNow, count]))
}

async function readReporters(
  domainId: string,
  period: Period,
  filter: ReportFilter,
): Promise<(ReporterSums & { all: number })[]> {
  if (filter.headerFrom !== undefined) return []
  const where = Prisma.sql`${inPeriod(domainId, period)} AND ${trusted(filter)} AND ${ofReporter(filter)}`
  return db().$queryRaw<(ReporterSums & { all: number })[]>`
    SELECT d.*, coalesce(r.reports, 0) AS reports
      FROM (SELECT reporter, ${messagesWhere(Prisma.sql`true`)} AS messages, ${messagesWhere(IS_ALIGNED)} AS aligned,
                   ${messagesWhere(Prisma.sql`disposition = 'quarantine'`)} AS quarantined,
                   ${messagesWhere(Prisma.sql`disposition = 'reject'`)} AS rejected, count(*) OVER ()::int AS "all"
              FROM dmarc_day WHERE ${where} AND ${failing(filter)}
             GROUP BY reporter ORDER BY messages DESC, reporter LIMIT ${REPORTERS}) d
      LEFT JOIN (SELECT reporter, count(*)::int AS reports FROM dmarc_report WHERE ${where} GROUP BY reporter) r
     USING (reporter) ORDER BY d.messages DESC, d.reporter`
}

interface OverrideRow {
  override: string
  reporter: string | null
  messages: number
  stopped: number
}

async function readOverrides(domainId: string, period: Period, filter: ReportFilter): Promise<OverrideRow[]> {
  const { table, where } = sumsOf(filter, period)
  const reporter = filter.headerFrom === undefined ? Prisma.sql`reporter` : Prisma.sql`NULL::text`
  return db().$queryRaw<OverrideRow[]>`
    SELECT override, ${reporter} AS reporter, ${messagesWhere(Prisma.sql`true`)} AS messages,
           ${messagesWhere(IS_STOPPED)} AS stopped
      FROM ${table}
     WHERE ${inPeriod(domainId, period)} AND override <> '' AND ${trusted(filter)} AND ${failing(filter)} AND ${where}
     GROUP BY 1, 2 ORDER BY messages DESC, override, reporter LIMIT ${OVERRIDES}`
}

function byTypes(rows: readonly OverrideRow[]): OverrideSums[] {
  const sums = new Map<string, OverrideSums>()
  for (const { override, reporter, messages, stopped } of rows) {
    const sum = sums.get(override) ?? { types: override.split(','), messages: 0, stopped: 0, reporters: [] }
    sums.set(override, sum)
    sum.messages += messages
    sum.stopped += stopped
    if (reporter !== null) sum.reporters.push({ reporter, messages })
  }
  return [...sums.values()].sort((a, b) => b.messages - a.messages)
}
