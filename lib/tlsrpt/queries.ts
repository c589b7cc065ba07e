import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { plainText } from '@/lib/dmarc/plain-text'
import { AppError } from '@/lib/errors/app-error'
import type { TlsPolicyType, TlsResultType } from '@/lib/tlsrpt/parse-report'

const DAY_MS = 86_400_000
const MAX_DAYS = 366
const MOST_REPORTERS = 20
const MOST_FAILURES = 50
const MOST_EACH = 10
const MOST_POLICIES = 3
const NAME_LENGTH = 100
const TEXT_LENGTH = 300

export interface TlsSessions {
  successful: number
  failed: number
}

/** Failures of one kind at one of our hosts under one kind of policy, by whoever met them. */
export interface TlsFailure {
  resultType: TlsResultType
  policyType: TlsPolicyType
  /** Our host as the reports name it; null where they do not. */
  mxHost: string | null
  sessions: number
  /** Who reported them, the addresses they sent from, and their words: the first ten of each, by name. */
  reporters: string[]
  senders: string[]
  senderCount: number
  reasons: string[]
  /** The policies as the senders had them, each a list of lines; the first three. */
  policies: string[][]
}

export interface TlsSums extends TlsSessions {
  domain: string
  reports: number
  /** Every day (UTC, `YYYY-MM-DD`) of the time, those without a session too; a report counts on the day of the middle of its period. */
  days: (TlsSessions & { day: string })[]
  /** The 20 with most failures, then with most sessions. */
  reporters: (TlsSessions & { organization: string; reports: number })[]
  /** The 50 with most sessions. */
  failures: TlsFailure[]
  /** Failed sessions of which no report says how. */
  unexplained: number
}

/**
 * What others say of encrypted delivery to the domain in the last `days` days (1 to 366), by the sums: exact, whatever the
 * number of reports. NOT_FOUND where the domain is not the actor's.
 */
export async function getTlsSums(
  actor: Actor,
  domainName: string,
  { days = 30, now = systemClock() }: { days?: number; now?: Date } = {},
): Promise<TlsSums> {
  requirePermission(actor, 'report:read')
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { id: true, name: true },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const span = Math.min(MAX_DAYS, Math.max(1, Math.trunc(days) || 1))
  const first = Math.floor(now.getTime() / DAY_MS) * DAY_MS - (span - 1) * DAY_MS
  const everyDay = Array.from({ length: span }, (_item, at) => isoDay(first + at * DAY_MS))
  const where = Prisma.sql`domain_id = ${domain.id}::uuid AND day BETWEEN ${everyDay[0]}::date AND ${everyDay.at(-1)}::date`
  const [byDay, reporters, totals, failures] = await Promise.all([
    readDays(where),
    readReporters(where),
    readTotals(where),
    readFailures(where),
  ])
  const { explained, ...sums } = totals
  return {
    ...{ domain: domain.name, ...sums, reporters, failures },
    unexplained: Math.max(0, sums.failed - explained),
    days: everyDay.map((day) => byDay.get(day) ?? { day, successful: 0, failed: 0 }),
  }
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

const SESSIONS = Prisma.sql`coalesce(sum(success_count), 0)::float8 AS successful, coalesce(sum(failure_count), 0)::float8 AS failed`

async function readDays(where: Prisma.Sql): Promise<Map<string, TlsSums['days'][number]>> {
  const rows = await db().$queryRaw<TlsSums['days']>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, ${SESSIONS} FROM tls_day WHERE ${where} GROUP BY 1`
  return new Map(rows.map((row) => [row.day, row]))
}

async function readReporters(where: Prisma.Sql): Promise<TlsSums['reporters']> {
  const rows = await db().$queryRaw<TlsSums['reporters']>`
    SELECT organization, ${SESSIONS}, sum(report_count)::float8 AS reports
      FROM tls_day WHERE ${where} GROUP BY organization
     ORDER BY failed DESC, successful DESC, organization LIMIT ${MOST_REPORTERS}`
  return rows.map((row) => ({ ...row, organization: plainText(row.organization, NAME_LENGTH) }))
}

async function readTotals(where: Prisma.Sql): Promise<TlsSessions & { reports: number; explained: number }> {
  const [row] = await db().$queryRaw<(TlsSessions & { reports: number; explained: number })[]>`
    SELECT ${SESSIONS}, coalesce(sum(report_count), 0)::float8 AS reports,
      (SELECT coalesce(sum(session_count), 0) FROM tls_failure_day WHERE ${where})::float8 AS explained
    FROM tls_day WHERE ${where}`
  if (!row) throw new Error('an aggregate without GROUP BY gave no row')
  return row
}

type FailureRow = Omit<TlsFailure, 'mxHost' | 'policies'> & { mxHost: string; policies: string[] }

/** The first so many of a column's texts, without the empty one. */
function some(column: Prisma.Sql, most: number): Prisma.Sql {
  return Prisma.sql`coalesce((array_agg(DISTINCT ${column} ORDER BY ${column}) FILTER (WHERE ${column} <> ''))[1:${most}::int], '{}')`
}

async function readFailures(where: Prisma.Sql): Promise<TlsFailure[]> {
  // The kinds are those of the parser, which alone writes here.
  const rows = await db().$queryRaw<FailureRow[]>`
    SELECT result_type AS "resultType", policy_type AS "policyType", mx_host AS "mxHost",
           sum(session_count)::float8 AS sessions,
           ${some(Prisma.sql`organization`, MOST_EACH)} AS reporters,
           ${some(Prisma.sql`sender_ip`, MOST_EACH)} AS senders,
           (count(DISTINCT sender_ip) FILTER (WHERE sender_ip <> ''))::float8 AS "senderCount",
           ${some(Prisma.sql`reason`, MOST_EACH)} AS reasons,
           ${some(Prisma.sql`policy`, MOST_POLICIES)} AS policies
      FROM tls_failure_day WHERE ${where}
     GROUP BY 1, 2, 3 ORDER BY sessions DESC, 1, 2, 3 LIMIT ${MOST_FAILURES}`
  return rows.map((row) => ({
    ...row,
    mxHost: row.mxHost === '' ? null : row.mxHost,
    reporters: row.reporters.map((text) => plainText(text, NAME_LENGTH)),
    reasons: row.reasons.map((text) => plainText(text, TEXT_LENGTH)),
    policies: row.policies.map((text) => text.split('\n').map((line) => plainText(line, TEXT_LENGTH))),
  }))
}
