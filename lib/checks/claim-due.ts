import 'server-only'
import { db, type Tx } from '@/lib/db/client'

/** A worker that was killed holds what it had taken this long. */
const LEASE_MILLISECONDS = 5 * 60_000

/**
 * Takes up to `most` domains (nodes) that are due, the longest first, and puts them off by the lease: no other worker
 * takes them meanwhile, and what a worker that died had taken is due again by itself. Gives their ids.
 */
export async function claimDue(kind: 'domain' | 'node', most: number, now: Date): Promise<string[]> {
  const until = new Date(now.getTime() + LEASE_MILLISECONDS)
  const rows =
    kind === 'domain'
      ? await db().$queryRaw<{ id: string }[]>`
          UPDATE domain SET next_check_at = ${until}::timestamptz WHERE id IN (
            SELECT id FROM domain WHERE deleted_at IS NULL AND (next_check_at IS NULL OR next_check_at <= ${now}::timestamptz)
             ORDER BY next_check_at NULLS FIRST LIMIT ${most} FOR NO KEY UPDATE SKIP LOCKED)
          RETURNING id`
      : await db().$queryRaw<{ id: string }[]>`
          UPDATE node SET next_check_at = ${until}::timestamptz WHERE id IN (
            SELECT id FROM node WHERE removed_at IS NULL AND (next_check_at IS NULL OR next_check_at <= ${now}::timestamptz)
             ORDER BY next_check_at NULLS FIRST LIMIT ${most} FOR NO KEY UPDATE SKIP LOCKED)
          RETURNING id`
  return rows.map(({ id }) => id)
}

/** Makes a domain's checks due at once: part of the transaction of whatever changes what they look at. */
export async function checkSoon(tx: Tx, domainId: string, now: Date): Promise<void> {
  await tx.domain.updateMany({ where: { id: domainId }, data: { nextCheckAt: now } })
}
