import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { inMonths, sentIn, trusted } from '@/lib/dmarc/filter-sql'
import type { Outcomes } from '@/lib/dmarc/overview'
import { daysOf, DEFAULT_DAYS, lastDays, periodBefore, type Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'

const LISTED = 50

export interface PeriodSums extends Outcomes {
  messages: number
}

export interface DomainSums extends PeriodSums {
  name: string
  before: { messages: number; aligned: number }
  /** Addresses that sent. */
  sources: number
  /** `p` as the newest report found it in DNS; null where no report says. */
  policy: string | null
}

export interface AllDomains {
  period: Period
  totals: PeriodSums
  /** Of the time of the same length before. */
  before: PeriodSums
  /** Every day of the time; a report counts on the day of the middle of its period. */
  days: (Outcomes & { day: string })[]
  /** At most 50: those with most messages that failed and were delivered all the same, then with most messages. */
  domains: DomainSums[]
  /** How many domains have a message in this time or the one before, of those whose name matches the search. */
  matching: number
  /** How many the actor may see, with messages or without. */
  visible: number
}

/**
 * What reports say of all domains that the actor may see together, and of those that need attention most. By the sums of
 * days, so whatever the number of rows. `search`: part of the names of the domains to list; the rest knows no search.
 */
export async function getAllDomains(
  actor: Actor,
  { search = '', ...filter }: Pick<ReportFilter, 'days' | 'now' | 'withoutUnverified'> & { search?: string } = {},
): Promise<AllDomains> {
  requirePermission(actor, 'report:read')
  const period = lastDays(filter.days ?? DEFAULT_DAYS, filter.now ?? systemClock())
  const earlier = periodBefore(period)
  const scope: Scope = { actor, period, earlier, filter }
  const [byDay, listed, counted] = await Promise.all([
    readDays(scope),
    readDomains(scope, search),
    db().$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM domain d WHERE ${isVisible(actor)}`,
  ])
  const ids = listed.map(({ id }) => id)
  const [sources, policies] = await Promise.all([readSources(ids, scope), readPolicies(ids)])
  return {
    period,
    totals: addUp(daysOf(period), byDay),
    before: addUp(daysOf(earlier), byDay),
    days: daysOf(period).map((day) => ({ day, ...(byDay.get(day) ?? NOTHING) })),
    domains: listed.map(({ id, matching: _matching, messagesBefore, alignedBefore, ...sums }) => ({
      ...{ ...sums, before: { messages: messagesBefore, aligned: alignedBefore } },
      ...{ sources: sources.get(id) ?? 0, policy: policies.get(id) ?? null },
    })),
    matching: listed[0]?.matching ?? 0,
    visible: counted[0]?.count ?? 0,
  }
}

interface Scope {
  actor: Actor
  period: Period
  earlier: Period
  filter: ReportFilter
}

const NOTHING: Outcomes = { aligned: 0, delivered: 0, stopped: 0 }

function addUp(days: readonly string[], byDay: ReadonlyMap<string, Outcomes>): PeriodSums {
  const sum = { ...NOTHING }
  for (const day of days) {
    const { aligned, delivered, stopped } = byDay.get(day) ?? NOTHING
    sum.aligned += aligned
    sum.delivered += delivered
    sum.stopped += stopped
  }
  return { ...sum, messages: sum.aligned + sum.delivered + sum.stopped }
}

/** As `visibleDomains` and not deleted, of the table `domain d`. */
function isVisible(actor: Actor): Prisma.Sql {
  return actor.kind === 'admin' && actor.role === 'domain_admin'
    ? Prisma.sql`d.deleted_at IS NULL AND d.id IN (SELECT domain_id FROM admin_grant WHERE admin_id = ${actor.id}::uuid)`
    : Prisma.sql`d.deleted_at IS NULL`
}

/** Sums of days in both times. They are read as one: what is deleted or not granted is left out before it is added up. */
function sumsIn({ actor, period, earlier, filter }: Scope): Prisma.Sql {
  return Prisma.sql`day BETWEEN ${earlier.from}::date AND ${period.to}::date AND ${trusted(filter)}
    AND domain_id IN (SELECT d.id FROM domain d WHERE ${isVisible(actor)})`
}

async function readDays(scope: Scope): Promise<Map<string, Outcomes>> {
  const rows = await db().$queryRaw<(Outcomes & { day: string })[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(aligned)::float8 AS aligned, sum(delivered)::float8 AS delivered,
           sum(stopped)::float8 AS stopped
      FROM dmarc_domain_day WHERE ${sumsIn(scope)} GROUP BY dmarc_domain_day.day`
  return new Map(rows.map(({ day, ...outcomes }) => [day, outcomes]))
}

type ListedDomain = PeriodSums & {
  id: string
  name: string
  messagesBefore: number
  alignedBefore: number
  matching: number
}

async function readDomains(scope: Scope, search: string): Promise<ListedDomain[]> {
  const sumOf = (what: Prisma.Sql, isNow: boolean) =>
    Prisma.sql`coalesce(sum(${what}) FILTER (WHERE (day >= ${scope.period.from}::date) = ${isNow}), 0)::float8`
  const [aligned, delivered, stopped] = [Prisma.sql`aligned`, Prisma.sql`delivered`, Prisma.sql`stopped`]
  const messages = Prisma.sql`aligned + delivered + stopped`
  return db().$queryRaw<ListedDomain[]>`
    WITH sums AS (
      SELECT domain_id, ${sumOf(messages, true)} AS messages, ${sumOf(aligned, true)} AS aligned,
             ${sumOf(delivered, true)} AS delivered, ${sumOf(stopped, true)} AS stopped,
             ${sumOf(messages, false)} AS "messagesBefore", ${sumOf(aligned, false)} AS "alignedBefore"
        FROM dmarc_domain_day WHERE ${sumsIn(scope)} GROUP BY domain_id)
    SELECT d.id, d.name, messages, aligned, delivered, stopped, "messagesBefore", "alignedBefore",
           (count(*) OVER ())::int AS matching
      FROM sums JOIN domain d ON d.id = domain_id
     WHERE strpos(d.name, ${search.trim().toLowerCase()}) > 0
     ORDER BY delivered DESC, messages DESC, d.name LIMIT ${LISTED}`
}

async function readSources(ids: readonly string[], { period, filter }: Scope): Promise<Map<string, number>> {
  const rows = await db().$queryRaw<{ id: string; sources: number }[]>`
    SELECT domain_id AS id, count(DISTINCT source_ip)::int AS sources FROM dmarc_source_month
     WHERE domain_id = ANY(${ids}::uuid[]) AND ${inMonths(period)} AND ${trusted(filter)} AND ${sentIn(period)} > 0
     GROUP BY domain_id`
  return new Map(rows.map(({ id, sources }) => [id, sources]))
}

/** A report about a subdomain may tell of the policy of another name: only those about the domain itself count. */
async function readPolicies(ids: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await db().$queryRaw<{ id: string; policy: string | null }[]>`
    SELECT d.id, newest.policy FROM domain d
     CROSS JOIN LATERAL (SELECT r.policy->>'p' AS policy FROM dmarc_report r
       WHERE r.domain_id = d.id AND r.policy_domain = d.name ORDER BY r.day DESC, r.id DESC LIMIT 1) AS newest
     WHERE d.id = ANY(${ids}::uuid[])`
  return new Map(rows.map(({ id, policy }) => [id, policy]))
}
