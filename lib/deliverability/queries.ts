import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { testResult } from '@/lib/deliverability/schema'
import { AppError } from '@/lib/errors/app-error'

const select = {
  id: true,
  sender: true,
  grade: true,
  state: true,
  actorName: true,
  createdAt: true,
  finishedAt: true,
  result: true,
  domain: { select: { name: true } },
  probe: { select: { name: true, isStandIn: true, address: true, removedAt: true } },
} as const

/** Tests, newest first; of one domain where `domain` is given. */
export async function listTests(actor: Actor, { domain, take = 20 }: { domain?: string; take?: number } = {}) {
  requirePermission(actor, 'test:read')
  const rows = await db().deliverabilityTest.findMany({
    where: {
      domain: { AND: [visibleDomains(actor), { deletedAt: null }, domain === undefined ? {} : { name: domain }] },
    },
    orderBy: { createdAt: 'desc' },
    take,
    select,
  })
  return rows.map((row) => ({ ...row, result: testResult.parse(row.result) }))
}

/** One test. NOT_FOUND where it is not the actor's. */
export async function requireTest(actor: Actor, id: string) {
  requirePermission(actor, 'test:read')
  const row = await db().deliverabilityTest.findFirst({
    where: { AND: [{ id }, { domain: visibleDomains(actor) }] },
    select,
  })
  if (!row) throw new AppError('NOT_FOUND', 'test.missing', {})
  return { ...row, result: testResult.parse(row.result) }
}

/** The mailboxes elsewhere that tests may be sent to. */
export async function listProbes(actor: Actor) {
  requirePermission(actor, 'test:read')
  return db().probe.findMany({
    where: { removedAt: null },
    orderBy: [{ grade: 'asc' }, { name: 'asc' }],
    select: { name: true, grade: true, isStandIn: true, address: true },
  })
}

/** The newest proof of a domain: its best passed grade and when; null where nothing was proven. */
export async function latestProof(actor: Actor, domain: string) {
  requirePermission(actor, 'test:read')
  const row = await db().deliverabilityTest.findFirst({
    where: { state: 'passed', domain: { AND: [visibleDomains(actor), { name: domain }] } },
    // A stand-in proves less than a mailbox that is truly elsewhere, however new the test.
    orderBy: [{ grade: 'desc' }, { probe: { isStandIn: 'asc' } }, { finishedAt: 'desc' }],
    select: { id: true, grade: true, finishedAt: true, probe: { select: { isStandIn: true, name: true } } },
  })
  return row
}
