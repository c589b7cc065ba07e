import 'server-only'
import { queueAlerts } from '@/lib/alerts/queue-alerts'
import { boundResults } from '@/lib/checks/bound-result'
import { diffFindings, type FindingsDiff, type StoredFinding } from '@/lib/checks/diff-findings'
import { storedLevel } from '@/lib/checks/level'
import type { NamedRun } from '@/lib/checks/run-names'
import { nextCheck } from '@/lib/checks/schedule'
import { NOT_ACKNOWLEDGED } from '@/lib/checks/acknowledgement'
import { db, type Tx } from '@/lib/db/client'

/** What findings hang on: a domain, or a node whose facts count for all of its domains (MAIL rule 33). */
export interface Scope {
  kind: 'domain' | 'node'
  id: string
  name: string
}

/** The value of `Finding.scope`. */
function scopeKey({ kind, id }: Pick<Scope, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}

/** What the world showed before is kept this many times for each finding. */
const MOST_CHANGES = 50

/**
 * Stores what a run said, in one transaction and a few statements whatever their number: rows are written where something
 * changed, the others get the time. What is to be told is queued with it. `whole` is given for a run of every check:
 * `dueAt` as it was when the run began, so that a wish for another run that came meanwhile stays. Nothing happens where
 * the domain or node is gone.
 */
export async function storeFindings(
  scope: Scope,
  run: Pick<NamedRun, 'checks' | 'results'>,
  now: Date,
  whole: { dueAt: Date | null } | null,
): Promise<void> {
  const results = boundResults(run.results)
  await db().$transaction(
    async (tx) => {
      if (!(await lockScope(tx, scope))) return
      const stored = await loadStored(tx, scope, whole ? null : run.checks)
      const diff = diffFindings(stored, { results }, now)
      await writeFindings(tx, scope, diff, now)
      await queueAlerts(tx, scope, diff.crossings, now)
      if (whole) await setNext(tx, scope, whole.dueAt, nextCheck(scope.id, diff.due, now), now)
    },
    { maxWait: 30_000, timeout: 30_000 },
  )
}

/** One run's rows at a time; whoever acknowledges holds the same row. */
async function lockScope(tx: Tx, { kind, id }: Scope): Promise<boolean> {
  const rows =
    kind === 'domain'
      ? await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM domain WHERE id = ${id}::uuid AND deleted_at IS NULL FOR NO KEY UPDATE`
      : await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM node WHERE id = ${id}::uuid AND removed_at IS NULL FOR NO KEY UPDATE`
  return rows.length > 0
}

async function loadStored(tx: Tx, scope: Scope, checks: readonly string[] | null): Promise<StoredFinding[]> {
  const rows = await tx.finding.findMany({
    where: { scope: scopeKey(scope), ...(checks && { check: { in: [...checks] } }) },
    select: {
      ...{ id: true, check: true, alias: true, subject: true, level: true, found: true, expected: true, values: true },
      ...{ since: true, acknowledgedUntil: true, acknowledgedLevel: true, alertedLevel: true, turns: true },
      flappingSince: true,
    },
  })
  return rows.map((row) => ({
    ...row,
    level: storedLevel(row.level),
    acknowledgedLevel: row.acknowledgedLevel === null ? null : storedLevel(row.acknowledgedLevel),
    alertedLevel: row.alertedLevel === null ? null : storedLevel(row.alertedLevel),
  }))
}

async function writeFindings(tx: Tx, scope: Scope, diff: FindingsDiff, now: Date): Promise<void> {
  const { create, update, same, gone, before } = diff
  if (create.length > 0) await createFindings(tx, scope, create, now)
  if (update.length > 0) await updateFindings(tx, update, now)
  if (same.length > 0)
    await tx.$executeRaw`UPDATE finding SET checked_at = ${now}::timestamptz WHERE id = ANY(${same}::uuid[])`
  if (gone.length > 0) await tx.finding.deleteMany({ where: { id: { in: gone } } })
  if (before.length > 0) await keepBefore(tx, before, now)
}

/** As one text: thousands of bound values would cost more than the rows. */
async function createFindings(tx: Tx, scope: Scope, rows: FindingsDiff['create'], now: Date): Promise<void> {
  const owner = { domain: scope.kind === 'domain' ? scope.id : null, node: scope.kind === 'node' ? scope.id : null }
  await tx.$executeRaw`
    INSERT INTO finding (id, scope, domain_id, node_id, "check", alias, subject, level, found, expected, "values", since,
                         alerted_level, checked_at)
    SELECT gen_random_uuid(), ${scopeKey(scope)}, ${owner.domain}::uuid, ${owner.node}::uuid, n.*, ${now}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS n("check" text, alias text, subject text, level text, found text[], expected text[], "values" jsonb, since timestamptz,
             "alertedLevel" text)`
}

async function updateFindings(tx: Tx, rows: FindingsDiff['update'], now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE finding SET level = n.level, found = n.found, expected = n.expected, "values" = n."values", since = n.since,
           alerted_level = n."alertedLevel", turns = n.turns, flapping_since = n."flappingSince", checked_at = ${now}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS n(id uuid, level text, found text[], expected text[], "values" jsonb, since timestamptz, "alertedLevel" text,
             turns timestamptz[], "flappingSince" timestamptz)
     WHERE finding.id = n.id`
  const worse = rows.filter((row) => row.isWorse).map((row) => row.id)
  if (worse.length > 0) await tx.finding.updateMany({ where: { id: { in: worse } }, data: NOT_ACKNOWLEDGED })
}

async function keepBefore(tx: Tx, before: FindingsDiff['before'], now: Date): Promise<void> {
  await tx.findingChange.createMany({ data: before.map((row) => ({ ...row, at: now })) })
  const ids = before.map((row) => row.findingId)
  await tx.$executeRaw`
    DELETE FROM finding_change WHERE id IN (
      SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY finding_id ORDER BY at DESC, id DESC) AS place
          FROM finding_change WHERE finding_id = ANY(${ids}::uuid[])) AS numbered
       WHERE place > ${MOST_CHANGES})`
}

async function setNext(tx: Tx, { kind, id }: Scope, dueAt: Date | null, next: Date, now: Date): Promise<void> {
  const where = { id, nextCheckAt: dueAt }
  const data = { nextCheckAt: next, checkedAt: now }
  if (kind === 'domain') {
    const { count } = await tx.domain.updateMany({ where, data })
    if (count === 0) await tx.domain.update({ where: { id }, data: { checkedAt: now } })
  } else {
    const { count } = await tx.node.updateMany({ where, data })
    if (count === 0) await tx.node.update({ where: { id }, data: { checkedAt: now } })
  }
}
