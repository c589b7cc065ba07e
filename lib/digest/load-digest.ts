import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import type { Digest } from '@/lib/digest/digest'
import { lastWeek } from '@/lib/digest/week'
import { IS_ALIGNED, messagesWhere } from '@/lib/dmarc/filter-sql'
import { addDays, isoDay, periodBefore, type Period } from '@/lib/dmarc/period'
import { plainText } from '@/lib/dmarc/plain-text'
import type { Source, SourceAdvice } from '@/lib/dmarc/sources/group-sources'
import { getSourceList } from '@/lib/dmarc/sources/queries'
import { AppError } from '@/lib/errors/app-error'

/** Domains with most messages that fail, whose sources are looked at. */
const LOOKED_AT = 100
const MOST_DOMAINS = 20
const MOST_SOURCES = 3
const MOST_TLS_DOMAINS = 10
const MOST_REASONS = 5
const NAME_LENGTH = 60
/** A domain is silent after so many days, if there was a report in those before. */
const SILENT_DAYS = 14
const KNOWN_DAYS = 90

/** Failing mail of these is mail of ours that somebody has to look after. */
const OURS: readonly SourceAdvice[] = [
  'own-unsigned',
  'retired-key',
  'sign',
  'sign-and-include',
  'named-sign-or-include',
]

/**
 * What the reports of the last full week before `now` say over all domains. By sums and bounded lists: with ten thousand
 * domains a look into an index each, and the sources of a hundred.
 */
export async function loadDigest(now: Date): Promise<Digest> {
  const week = lastWeek(now)
  const [{ listed, ...totals }, tls, refused, silent] = await Promise.all([
    readMessages(week),
    readTls(week),
    readRefused(week),
    readSilent(now),
  ])
  const domains: Digest['domains'] = []
  for (const domain of listed) {
    const judged = await judgeDomain(domain, week)
    if (judged !== null) domains.push(judged)
  }
  const failedOf = ({ ours }: Digest['domains'][number]): number => ours.reduce((sum, { failed }) => sum + failed, 0)
  domains.sort((a, b) => failedOf(b) - failedOf(a) || b.newCount - a.newCount || (a.name < b.name ? -1 : 1))
  const hasMore = domains.length > MOST_DOMAINS
  const { from, to } = week
  return { from, to, ...totals, domains: domains.slice(0, MOST_DOMAINS), hasMore, tls, refused, silent }
}

interface DomainMessages {
  name: string
  messages: number
  aligned: number
}

/** What sums of all domains that are there say of some days; `table` has `domain_id` and `day`. */
function overDomains(table: Prisma.Sql, columns: Prisma.Sql, { from, to }: Period): Prisma.Sql {
  return Prisma.sql`
    SELECT d.name, s.* FROM domain d CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${table} WHERE domain_id = d.id AND day BETWEEN ${from}::date AND ${to}::date) s
     WHERE d.deleted_at IS NULL`
}

async function readMessages(week: Period): Promise<Pick<Digest, 'week' | 'before'> & { listed: DomainMessages[] }> {
  const earlier = periodBefore(week)
  const isNow = Prisma.sql`day >= ${week.from}::date`
  const sums = overDomains(
    Prisma.sql`dmarc_day`,
    Prisma.sql`${messagesWhere(isNow)} AS messages, ${messagesWhere(Prisma.sql`${isNow} AND ${IS_ALIGNED}`)} AS aligned,
      ${messagesWhere(Prisma.sql`NOT ${isNow}`)} AS earlier, ${messagesWhere(Prisma.sql`NOT ${isNow} AND ${IS_ALIGNED}`)} AS "earlierAligned"`,
    { ...week, from: earlier.from },
  )
  type Row = DomainMessages & Record<'allMessages' | 'allAligned' | 'allEarlier' | 'allEarlierAligned', number>
  const rows = await db().$queryRaw<Row[]>`
    SELECT name, messages, aligned, sum(messages) OVER () AS "allMessages", sum(aligned) OVER () AS "allAligned",
           sum(earlier) OVER () AS "allEarlier", sum("earlierAligned") OVER () AS "allEarlierAligned"
      FROM (${sums}) AS sums ORDER BY messages - aligned DESC, name LIMIT ${LOOKED_AT}`
  const [all] = rows
  return {
    week: { messages: all?.allMessages ?? 0, aligned: all?.allAligned ?? 0 },
    before: { messages: all?.allEarlier ?? 0, aligned: all?.allEarlierAligned ?? 0 },
    listed: rows
      .filter(({ messages, aligned }) => messages > aligned)
      .map(({ name, messages, aligned }) => ({ name, messages, aligned })),
  }
}

const failedOf = ({ messages, aligned }: Source): number => messages - aligned

/** What of a domain's sources somebody should look at; null where nothing is. */
async function judgeDomain(domain: DomainMessages, { to, days }: Period): Promise<Digest['domains'][number] | null> {
  const sources = await readSources(domain.name, { days, now: new Date(`${to}T12:00:00Z`) })
  const failing = sources.filter((source) => failedOf(source) > 0)
  const ours = failing.filter(({ advice }) => OURS.includes(advice)).sort((a, b) => failedOf(b) - failedOf(a))
  const fresh = failing.filter(({ isNew, forwarding, isOurs }) => isNew && forwarding === 'no' && isOurs !== false)
  if (ours.length + fresh.length === 0) return null
  return {
    ...domain,
    ours: ours.slice(0, MOST_SOURCES).map((source) => ({ name: nameOf(source), failed: failedOf(source) })),
    newSources: fresh.slice(0, MOST_SOURCES).map(nameOf),
    newCount: fresh.length,
  }
}

const nameOf = ({ name }: Source): string => plainText(name, NAME_LENGTH)

/** None where the domain was removed meanwhile. */
async function readSources(name: string, time: { days: number; now: Date }) {
  try {
    return (await getSourceList(systemActor('worker'), name, time)).sources
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return []
    throw error
  }
}

async function readTls(week: Period): Promise<Digest['tls']> {
  const columns = Prisma.sql`coalesce(sum(failure_count), 0)::float8 AS failed,
    coalesce(sum(success_count + failure_count), 0)::float8 AS sessions`
  type Row = Digest['tls']['domains'][number] & { allFailed: number; allSessions: number }
  const rows = await db().$queryRaw<Row[]>`
    SELECT name, failed, sessions, sum(failed) OVER () AS "allFailed", sum(sessions) OVER () AS "allSessions"
      FROM (${overDomains(Prisma.sql`tls_day`, columns, week)}) AS sums ORDER BY failed DESC, name LIMIT ${MOST_TLS_DOMAINS}`
  const [all] = rows
  return {
    ...{ failed: all?.allFailed ?? 0, sessions: all?.allSessions ?? 0 },
    domains: rows.filter(({ failed }) => failed > 0).map(({ name, failed, sessions }) => ({ name, failed, sessions })),
  }
}

async function readRefused({ from, to }: Period): Promise<Digest['refused']> {
  const rows = await db().$queryRaw<{ reason: string; files: number; all: number }[]>`
    SELECT coalesce(reason, 'unexpected') AS reason, count(*)::float8 AS files, (sum(count(*)) OVER ())::float8 AS "all"
      FROM report_file WHERE state IN ('rejected', 'failed')
       AND received_at >= ${new Date(from)}::timestamptz AND received_at < ${new Date(addDays(to, 1))}::timestamptz
     GROUP BY 1 ORDER BY files DESC, 1 LIMIT ${MOST_REASONS}`
  return { files: rows[0]?.all ?? 0, reasons: rows.map(({ reason, files }) => ({ reason, files })) }
}

async function readSilent(now: Date): Promise<Digest['silent']> {
  const today = isoDay(now.getTime())
  const since = addDays(today, -SILENT_DAYS)
  const known = addDays(today, -KNOWN_DAYS)
  const rows = await db().$queryRaw<{ name: string; all: number }[]>`
    SELECT d.name, (count(*) OVER ())::int AS "all" FROM domain d
     WHERE d.deleted_at IS NULL AND NOT EXISTS (SELECT FROM dmarc_day WHERE domain_id = d.id AND day >= ${since}::date)
       AND EXISTS (SELECT FROM dmarc_day WHERE domain_id = d.id AND day BETWEEN ${known}::date AND ${since}::date)
     ORDER BY d.name LIMIT ${MOST_DOMAINS}`
  return { count: rows[0]?.all ?? 0, names: rows.map(({ name }) => name) }
}
