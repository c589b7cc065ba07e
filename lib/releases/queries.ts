import 'server-only'
import { cache } from 'react'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { AppError } from '@/lib/errors/app-error'
import { standingRefusals } from '@/lib/releases/refusals'
import { deliveryOf } from '@/lib/releases/wait'
import { maskValue } from '@/lib/releases/mask'

const PAGE = 50
/** Lines of a difference that a page shows; the rest is counted. */
const MOST_LINES = 500

/** A domain administrator sees the releases of granted domains alone, and in them the lines of those. */
async function visibleReleases(actor: Actor): Promise<{ where: Prisma.ReleaseWhereInput; names: string[] | null }> {
  if (actor.role !== 'domain_admin') return { where: {}, names: null }
  const rows = await db().domain.findMany({
    where: visibleDomains(actor),
    select: { name: true, aliasesOf: { select: { name: true } } },
  })
  const names = rows.flatMap((row) => [row.name, ...row.aliasesOf.map((alias) => alias.name)])
  return { where: { domainNames: { hasSome: names } }, names }
}

/** Releases, newest first, `take` of them before number `before`; of one domain where `domain` is given. */
export async function listReleases(
  actor: Actor,
  { before, domain, take = PAGE }: { before?: bigint; domain?: string; take?: number } = {},
) {
  requirePermission(actor, 'release:read')
  const { where } = await visibleReleases(actor)
  const rows = await db().release.findMany({
    where: {
      AND: [
        where,
        before === undefined ? {} : { number: { lt: before } },
        domain === undefined ? {} : { domainNames: { has: domain } },
      ],
    },
    orderBy: { number: 'desc' },
    take: take + 1,
    select: {
      number: true,
      at: true,
      actorName: true,
      action: true,
      subject: true,
      domainNames: true,
      _count: { select: { changes: true } },
    },
  })
  const page = rows.slice(0, take)
  return { releases: page, next: rows.length > take ? (page.at(-1)?.number ?? null) : null }
}

/** One release with its difference (secrets masked) and how it stands on each node. NOT_FOUND where it is not the actor's. */
export async function requireRelease(actor: Actor, number: bigint) {
  requirePermission(actor, 'release:read')
  const { where, names } = await visibleReleases(actor)
  const row = await db().release.findFirst({ where: { AND: [where, { number }] } })
  if (!row) throw new AppError('NOT_FOUND', 'release.missing', { number: number.toString() })
  const own = { release: number, ...(names === null ? {} : { domain: { in: names } }) }
  const [changes, total, delivery, deliveries] = await Promise.all([
    db().releaseChange.findMany({
      where: own,
      orderBy: [{ map: 'asc' }, { domain: 'asc' }, { key: 'asc' }],
      take: MOST_LINES,
      select: { map: true, domain: true, key: true, before: true, after: true },
    }),
    db().releaseChange.count({ where: own }),
    deliveryOf(number.toString(), names),
    db().nodeDelivery.findMany({
      where: { fromRelease: { lt: number }, toRelease: { gte: number } },
      orderBy: { startedAt: 'asc' },
      take: 20,
      select: {
        startedAt: true,
        finishedAt: true,
        state: true,
        words: true,
        stages: true,
        node: { select: { name: true } },
      },
    }),
  ])
  const refusing = new Set(delivery.nodes.filter((node) => node.state === 'refused').map((node) => node.name))
  const concerned = [...row.domainNames, ''].filter((name) => names === null || names.includes(name))
  const refusals = refusing.size === 0 ? [] : await standingRefusals(concerned)
  return {
    ...row,
    total,
    delivery,
    /** What the refusing nodes say, of the domains that this release changed. */
    refusals: refusals.filter((refusal) => refusing.has(refusal.node)),
    // One delivery carries many domains: its words may be about another tenant's.
    deliveries: names === null ? deliveries : deliveries.map((one) => ({ ...one, words: '' })),
    changes: changes.map((change) => ({
      ...change,
      before: change.before === null ? null : maskValue(change.map, change.before),
      after: change.after === null ? null : maskValue(change.map, change.after),
    })),
  }
}

/** How one release stands on each node; null where it is not the actor's. */
export async function getDelivery(actor: Actor, number: bigint) {
  requirePermission(actor, 'release:read')
  const { where, names } = await visibleReleases(actor)
  const row = await db().release.findFirst({ where: { AND: [where, { number }] }, select: { number: true } })
  return row && deliveryOf(number.toString(), names)
}

/** What nodes refuse of a domain now; nothing where it is not the actor's. */
export async function listRefusals(actor: Actor, domain: string) {
  requirePermission(actor, 'release:read')
  return loadRefusals(actor, domain)
}

/** Once a request: the page and what stands above it both ask. */
const loadRefusals = cache(async (actor: Actor, domain: string) => {
  const row = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domain, deletedAt: null }] },
    select: { name: true },
  })
  return row ? standingRefusals([row.name]) : []
})
