import 'server-only'
import { setTimeout } from 'node:timers/promises'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { visibleFindings } from '@/lib/checks/queries'
import type { CheckDomainInput, CheckNodeInput, FindingInput } from '@/lib/checks/schema'
import { db } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'
import { askToLook, type JobData } from '@/lib/jobs/queue'

const PATIENCE_MILLISECONDS = 4_000
const LOOK_EVERY_MILLISECONDS = 100

const ask = (job: JobData<'check.run'>) => askToLook('check.run', job, `${job.kind} ${job.id} ${job.check ?? ''}`)

/** Waits a moment until `look` gives a time later than `before`, so that the page that follows shows the answer. */
async function waitFor(look: () => Promise<Date | null>, before: Date | null, patience: number): Promise<boolean> {
  for (const until = Date.now() + patience; Date.now() < until;) {
    const at = await look()
    // A finding that is gone was answered too.
    if (at === null ? before !== null : before === null || at > before) return true
    await setTimeout(LOOK_EVERY_MILLISECONDS)
  }
  return false
}

/**
 * Asks the worker to look at the one thing of a finding again, and waits a moment for it. True where the answer came in
 * time; the page takes it up later otherwise. NOT_FOUND where it is not the actor's.
 */
export async function requestFindingCheck(
  actor: Actor,
  { id }: FindingInput,
  patience = PATIENCE_MILLISECONDS,
): Promise<boolean> {
  requirePermission(actor, 'check:write')
  const row = await db().finding.findFirst({
    where: { AND: [visibleFindings(actor), { id }] },
    select: { check: true, domainId: true, nodeId: true, checkedAt: true },
  })
  const owner = row?.domainId ?? row?.nodeId
  if (!row || owner == null) throw new AppError('NOT_FOUND', 'check.missing')
  const { check, checkedAt } = row
  await ask({ kind: row.domainId === null ? 'node' : 'domain', id: owner, check })
  const look = async () => (await db().finding.findUnique({ where: { id }, select: { checkedAt: true } }))?.checkedAt
  return waitFor(async () => (await look()) ?? null, checkedAt, patience)
}

/**
 * Asks the worker to run every check of a domain, and waits `patience` milliseconds at most for it. NOT_FOUND where it is
 * not the actor's.
 */
export async function requestDomainChecks(
  actor: Actor,
  { domain }: CheckDomainInput,
  patience = PATIENCE_MILLISECONDS,
): Promise<boolean> {
  requirePermission(actor, 'check:write')
  const row = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domain, deletedAt: null }] },
    select: { id: true, checkedAt: true },
  })
  if (!row) throw new AppError('NOT_FOUND', 'domain.missing', { name: domain })
  const { id } = row
  await ask({ kind: 'domain', id, check: null })
  const look = () => db().domain.findUnique({ where: { id }, select: { checkedAt: true } })
  return waitFor(async () => (await look())?.checkedAt ?? null, row.checkedAt, patience)
}

/** Asks the worker to run every check of a mail node, and waits a moment for it. */
export async function requestNodeChecks(
  actor: Actor,
  { node: name }: CheckNodeInput,
  patience = PATIENCE_MILLISECONDS,
): Promise<boolean> {
  requirePermission(actor, 'node:check')
  const look = () => db().node.findFirst({ where: { name, removedAt: null }, select: { id: true, checkedAt: true } })
  const before = await look()
  if (!before) throw new AppError('NOT_FOUND', 'check.nodeMissing', { name })
  await ask({ kind: 'node', id: before.id, check: null })
  return waitFor(async () => (await look())?.checkedAt ?? null, before.checkedAt, patience)
}
