import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { roleMay } from '@/lib/auth/permissions'
import { DEFAULT_BLOCK_LISTS } from '@/lib/checks/block-lists'
import type { CheckLevel } from '@/lib/checks/check'
import { levelRank, storedLevel, WRONG_LEVELS } from '@/lib/checks/level'
import { fromFindings, SCOPE_NAME } from '@/lib/checks/filter-sql'
import { findingSelect, listedFinding, type ListedFinding } from '@/lib/checks/listed'
import { whoActs, type ActsBy } from '@/lib/checks/registry'
import type { FindingFilter } from '@/lib/checks/schema'
import { readCheckSettings } from '@/lib/checks/settings'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { AppError } from '@/lib/errors/app-error'

const PAGE = 50
const EXAMPLES = 4
const { changes: _history, ...plainSelect } = findingSelect

/** The findings that an actor may see: of its domains, and of nodes where it may see those. `filter-sql.ts` says the same as SQL. */
export function visibleFindings(actor: Actor): Prisma.FindingWhereInput {
  const ofDomains = { domain: { AND: [visibleDomains(actor), { deletedAt: null }] } }
  return roleMay(actor.role, 'node:read') ? { OR: [ofDomains, { node: { removedAt: null } }] } : ofDomains
}

const placeOf = ({ check, alias, subject }: ListedFinding): string => [check, alias, subject].join(' ')
const worstFirst = (one: ListedFinding, other: ListedFinding): number =>
  levelRank(other.level) - levelRank(one.level) || (placeOf(one) < placeOf(other) ? -1 : 1)

const byName = (one: ListedFinding, other: ListedFinding): number =>
  [one.scope.name, placeOf(one)].join(' ') < [other.scope.name, placeOf(other)].join(' ') ? -1 : 1

/** How a node stands whose facts count for a domain too: shown there by reference (MAIL rule 33). */
export interface NodeReference {
  name: string
  /** Findings that need a person. */
  wrong: number
  level: CheckLevel
}

/** All findings of a domain, the worst first, and of its mail nodes how many need a person. NOT_FOUND where it is not the actor's. */
export async function listDomainFindings(
  actor: Actor,
  domainName: string,
): Promise<{ findings: ListedFinding[]; nodes: NodeReference[]; checkedAt: Date | null; nextCheckAt: Date | null }> {
  requirePermission(actor, 'check:read')
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { id: true, checkedAt: true, nextCheckAt: true },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const [rows, nodes] = await Promise.all([
    db().finding.findMany({ where: { domainId: domain.id }, select: findingSelect }),
    roleMay(actor.role, 'node:read') ? nodeReferences() : [],
  ])
  const now = new Date()
  const findings = rows.map((row) => listedFinding(row, now)).sort(worstFirst)
  return { findings, nodes, checkedAt: domain.checkedAt, nextCheckAt: domain.nextCheckAt }
}

async function nodeReferences(): Promise<NodeReference[]> {
  const nodes = await db().node.findMany({
    where: { removedAt: null, roles: { has: 'smtp' } },
    orderBy: { name: 'asc' },
    select: { name: true, findings: { where: isOpen(new Date()), select: { level: true } } },
  })
  return nodes.map(({ name, findings }) => {
    const levels = findings.map(({ level }) => storedLevel(level))
    const level = levels.reduce<CheckLevel>((worst, one) => (levelRank(one) > levelRank(worst) ? one : worst), 'ok')
    return { name, wrong: levels.length, level }
  })
}

/** All findings of the mail nodes by node name, the worst first. */
export async function listNodeFindings(actor: Actor): Promise<Map<string, ListedFinding[]>> {
  requirePermission(actor, 'check:read')
  requirePermission(actor, 'node:read')
  const rows = await db().finding.findMany({ where: { node: { removedAt: null } }, select: findingSelect })
  const now = new Date()
  return Map.groupBy(rows.map((row) => listedFinding(row, now)).sort(worstFirst), ({ scope }) => scope.name)
}

/** Wrong, and nobody said that it is to be so. */
function isOpen(now: Date): Prisma.FindingWhereInput {
  const isLoud = { OR: [{ acknowledgedUntil: null }, { acknowledgedUntil: { lte: now } }] }
  return { AND: [{ level: { in: [...WRONG_LEVELS] } }, isLoud] }
}

/** One thing that is wrong, in however many places. */
export interface FindingGroup {
  check: string
  who: ActsBy | null
  level: 'attention' | 'broken'
  count: number
  since: Date
  /** Some of the findings, without what was seen before. */
  examples: ListedFinding[]
}

interface GroupedRow {
  ids: string[]
  check: string
  level: FindingGroup['level']
  count: bigint
  since: Date
}

/** Findings by id, with what was seen before where that is shown; without those that are gone meanwhile. */
async function listById(
  ids: readonly string[],
  now: Date,
  { isHistoryShown = false } = {},
): Promise<Map<string, ListedFinding>> {
  const where = { id: { in: [...ids] } }
  const rows = isHistoryShown
    ? await db().finding.findMany({ where, select: findingSelect })
    : (await db().finding.findMany({ where, select: plainSelect })).map((row) => ({ ...row, changes: [] }))
  return new Map(rows.map((row) => [row.id, listedFinding(row, now)]))
}

/**
 * What needs a person over all domains and nodes, by check, each with up to `most` examples: broken before attention, then
 * what is in most places.
 */
export async function listFindingGroups(
  actor: Actor,
  filter: FindingFilter = {},
  most = EXAMPLES,
): Promise<FindingGroup[]> {
  requirePermission(actor, 'check:read')
  const now = new Date()
  // In one question, however many checks there are. Examples by id: an order by name would sort all that is wrong.
  const from = fromFindings(actor, filter, now)
  const rows = await db().$queryRaw<GroupedRow[]>`
    SELECT counted.*, few.ids
      FROM (SELECT f."check", f.level, count(*) AS count, min(f.since) AS since ${from} GROUP BY 1, 2) AS counted,
           LATERAL (SELECT array_agg(id) AS ids FROM (
             SELECT f.id ${from} AND f."check" = counted."check" AND f.level = counted.level
              ORDER BY f.id LIMIT ${most}) AS first) AS few`
  const examples = await listById(
    rows.flatMap(({ ids }) => ids),
    now,
  )
  const groups = rows.map(({ ids, count, ...row }) => ({
    ...{ ...row, who: whoActs(row.check), count: Number(count) },
    examples: ids.flatMap((id) => examples.get(id) ?? []).sort(byName),
  }))
  return groups.sort(
    (one, other) =>
      levelRank(other.level) - levelRank(one.level) || other.count - one.count || (one.check < other.check ? -1 : 1),
  )
}

/** Where a page of {@link listFindings} begins: after this name, other name and subject. */
export interface FindingKey {
  name: string
  alias: string
  subject: string
}

/** The findings of a filter (of one check, as a rule) by name, a page at a time. `next` is the key of the following one. */
export async function listFindings(
  actor: Actor,
  filter: FindingFilter & { check: string },
  after: FindingKey | null = null,
): Promise<{ findings: ListedFinding[]; next: FindingKey | null }> {
  requirePermission(actor, 'check:read')
  const now = new Date()
  const beyond = after
    ? Prisma.sql`AND (${SCOPE_NAME}, f.alias, f.subject) > (${after.name}, ${after.alias}, ${after.subject})`
    : Prisma.empty
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT f.id ${fromFindings(actor, filter, now)} ${beyond}
     ORDER BY ${SCOPE_NAME}, f.alias, f.subject LIMIT ${PAGE + 1}`
  const shown = rows.slice(0, PAGE)
  const listed = await listById(
    shown.map(({ id }) => id),
    now,
    { isHistoryShown: true },
  )
  const findings = shown.flatMap(({ id }) => listed.get(id) ?? [])
  const last = findings.at(-1)
  const next = rows.length > PAGE && last ? { name: last.scope.name, alias: last.alias, subject: last.subject } : null
  return { findings, next }
}

/** How checks are made, for the form: the block lists with the panel's own choice where nobody made another. */
export async function getCheckSettings(actor: Actor): Promise<{ resolvers: string[]; dnsbls: readonly string[] }> {
  requirePermission(actor, 'setting:read')
  const settings = await readCheckSettings(db())
  return { ...settings, dnsbls: settings.dnsbls ?? DEFAULT_BLOCK_LISTS }
}
