import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { inMonths, inPeriod, OUTCOMES } from '@/lib/dmarc/filter-sql'
import { missingNames } from '@/lib/dmarc/look-up-senders'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import type { Outcomes } from '@/lib/dmarc/overview'
import { DEFAULT_DAYS, daysOf, lastDays, newSince, type Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import { requireOwnDomain } from '@/lib/dmarc/require-domain'
import { describeSource, type SourceDetail } from '@/lib/dmarc/sources/describe-source'
import { groupSources, sourceFinder, type Source } from '@/lib/dmarc/sources/group-sources'
import { loadLines, loadWorld, type Rest, type StoredLine } from '@/lib/dmarc/sources/load-lines'
import { newSources } from '@/lib/dmarc/sources/new-sources'
import { parseRowCursor, readSourceRows, type RowPage } from '@/lib/dmarc/sources/source-rows'
import { whatIf, type Proposal, type WhatIf } from '@/lib/dmarc/sources/what-if'

/** Addresses whose lines a page reads, and sources that it shows; the rest is counted. */
const MOST_ADDRESSES = 500
const MOST_SOURCES = 100
/** The same for what reads all of a domain's sources. */
const MOST_ADDRESSES_AT_ALL = 50_000

export interface ListedSource extends Source {
  /** Nothing came from it before the last week of the period. */
  isNew: boolean
}

export interface SourceList {
  period: Period
  /** The 100 with most messages. */
  sources: ListedSource[]
  /** Sources that are not among them, and addresses beyond the 500 that are looked at. */
  more: { sources: number; messages: number }
  rest: Rest
  /** How many are new, and the first of the days that makes them so, `YYYY-MM-DD`. */
  newCount: number
  newSince: string
  /** Domains of From lines, most messages first, at most 50; those of the filter alone where it has one. */
  headerFroms: string[]
}

/** One source in the time of a filter. */
export interface SourcePage extends SourceDetail, RowPage {
  period: Period
  source: ListedSource
  /** Every day of the time. */
  days: (Outcomes & { day: string })[]
}

async function load(actor: Actor, domainName: string, filter: ReportFilter, most: number | null) {
  requirePermission(actor, 'report:read')
  const domain = await requireOwnDomain(actor, domainName)
  const period = lastDays(filter.days ?? DEFAULT_DAYS, filter.now ?? systemClock())
  const [loaded, known] = await Promise.all([loadLines(domain, period, filter, most), loadWorld(domain, period.from)])
  return { domain, period, ...loaded, world: { ...known, nameOf: loaded.nameOf } }
}

/**
 * Who sent in the domain's name in the time of the filter, grouped by who that is, most messages first; by the sums, so
 * whatever the number of rows. NOT_FOUND where the domain is not the actor's.
 */
export async function listSources(actor: Actor, domainName: string, filter: ReportFilter = {}): Promise<Source[]> {
  const { lines, world } = await load(actor, domainName, filter, MOST_ADDRESSES_AT_ALL)
  return groupSources(lines, world)
}

/**
 * The same for a page: the sources with most messages, which of them are new, and what is not shown in numbers. A source
 * of which nothing is among the 500 addresses with most messages counts with the rest. NOT_FOUND where the domain is not
 * the actor's.
 */
export async function getSourceList(actor: Actor, domainName: string, filter: ReportFilter = {}): Promise<SourceList> {
  const { domain, period, lines, rest, world } = await load(actor, domainName, filter, MOST_ADDRESSES)
  const fresh = await newSources(domain, period, lines, world)
  const sources = groupSources(lines, world).map((source) => ({ ...source, isNew: fresh.has(source.key) }))
  const hidden = sources.slice(MOST_SOURCES)
  return {
    period,
    sources: sources.slice(0, MOST_SOURCES),
    more: { sources: hidden.length, messages: hidden.reduce((sum, { messages }) => sum + messages, 0) },
    rest,
    newCount: fresh.size,
    newSince: newSince(period),
    headerFroms: describeSource(lines).headerFroms.map(({ name }) => name),
  }
}

/**
 * One source of a domain in the time of the filter: sums, what its messages show, and a page of the rows behind them,
 * `after` being where the page before ended. Null where it sent nothing in that time that is among the 500 addresses
 * with most messages. NOT_FOUND where the domain is not the actor's.
 */
export async function getSource(
  actor: Actor,
  domainName: string,
  key: string,
  { after, ...filter }: ReportFilter & { after?: string } = {},
): Promise<SourcePage | null> {
  const { domain, period, lines, world } = await load(actor, domainName, filter, MOST_ADDRESSES)
  const placeOf = sourceFinder(world)
  const own = lines.filter((line) => placeOf(line).key === key)
  const [source] = groupSources(own, world)
  if (!source) return null
  const ips = source.addresses.map(({ ip }) => ip)
  const isWanted = (row: Parameters<typeof placeOf>[0]) => placeOf(row).key === key
  const [days, page, fresh] = await Promise.all([
    readDays(domain, period, own),
    readSourceRows(domain, period, filter, ips, { after: parseRowCursor(after), isWanted }),
    newSources(domain, period, own, world),
  ])
  return { period, source: { ...source, isNew: fresh.has(key) }, days, ...describeSource(own), ...page }
}

/** What became of the messages of these lines, by day. */
async function readDays(
  domain: OwnDomain,
  period: Period,
  lines: readonly StoredLine[],
): Promise<(Outcomes & { day: string })[]> {
  const [ips, identities] = [lines.map(({ sourceIp }) => sourceIp), lines.map(({ identity }) => identity)]
  const rows = await db().$queryRaw<(Outcomes & { day: string })[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, ${OUTCOMES} FROM dmarc_source_day
     WHERE ${inPeriod(domain.id, period)} AND ${inMonths(period)} AND source_ip = ANY(${[...new Set(ips)]}::text[])
       AND (source_ip, identity) IN (SELECT * FROM unnest(${ips}::text[], ${identities}::text[])) GROUP BY 1`
  const byDay = new Map(rows.map((row) => [row.day, row]))
  return daysOf(period).map((day) => byDay.get(day) ?? { day, aligned: 0, delivered: 0, stopped: 0 })
}

/**
 * What a policy would have done to the domain's mail of the last `days` days (1 to 366). NOT_FOUND where the domain is not
 * the actor's.
 */
export async function getWhatIf(
  actor: Actor,
  domainName: string,
  proposal: Proposal,
  time: Pick<ReportFilter, 'days' | 'now'> = {},
): Promise<WhatIf> {
  const { domain, period, lines, world } = await load(actor, domainName, time, null)
  const [missing, counted] = await Promise.all([
    missingNames(lines.map(({ headerFrom }) => headerFrom)),
    db().$queryRaw<{ days: number }[]>`
      SELECT count(DISTINCT day)::int AS days FROM dmarc_day WHERE ${inPeriod(domain.id, period)}`,
  ])
  return whatIf(lines, counted[0]?.days ?? 0, { ...world, missing }, proposal)
}

/** What the administrator calls those that send for a domain, by name. NOT_FOUND where the domain is not the actor's. */
export async function listSourceNames(actor: Actor, domainName: string) {
  requirePermission(actor, 'report:read')
  const domain = await requireOwnDomain(actor, domainName)
  return db().sourceName.findMany({
    where: { domainId: domain.id },
    orderBy: [{ name: 'asc' }, { match: 'asc' }],
    select: { id: true, match: true, name: true, isOurs: true, createdAt: true, createdBy: true },
  })
}
