import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { inPeriod } from '@/lib/dmarc/filter-sql'
import { missingNames } from '@/lib/dmarc/look-up-senders'
import { DEFAULT_DAYS, lastDays, type Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import { requireOwnDomain } from '@/lib/dmarc/require-domain'
import { groupSources, type Source } from '@/lib/dmarc/sources/group-sources'
import { loadLines, loadWorld, type Rest } from '@/lib/dmarc/sources/load-lines'
import { newSince, newSources } from '@/lib/dmarc/sources/new-sources'
import { whatIf, type Proposal, type WhatIf } from '@/lib/dmarc/sources/what-if'

/** Addresses whose lines a page reads, and sources that it shows; the rest is counted. */
const MOST_ADDRESSES = 1_000
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
  /** Sources that are not among them, and addresses beyond the 1,000 that are looked at. */
  more: { sources: number; messages: number }
  rest: Rest
  /** How many are new, and the first of the days that makes them so, `YYYY-MM-DD`. */
  newCount: number
  newSince: string
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
 * of which nothing is among the 1,000 addresses with most messages counts with the rest. NOT_FOUND where the domain is not
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
  }
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
