import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { loadDigest } from '@/lib/digest/load-digest'
import { lastDue } from '@/lib/digest/week'

/** A digest that could not go out in this time, with every worker down, is left out: the next one comes. */
const LATEST_MILLISECONDS = 3 * 86_400_000

/**
 * Gives every address that wants it the digest of the last full week, from Monday 06:00 UTC on, to be sent with the
 * alerts: once a week each, however often and wherever this runs, since the note that it was given and what is sent are
 * one transaction. An address that was added later waits for the next Monday.
 */
export async function queueDigests(now: Date): Promise<void> {
  const due = lastDue(now)
  if (now.getTime() - due.getTime() > LATEST_MILLISECONDS) return
  const waiting = {
    ...{ kind: 'mail', wantsDigest: true, createdAt: { lt: due } },
    OR: [{ digestAt: null }, { digestAt: { lt: due } }],
  }
  if ((await db().alertTarget.count({ where: waiting })) === 0) return
  const digest = await loadDigest(due)
  await db().$transaction(async (tx) => {
    const targets = await tx.alertTarget.updateManyAndReturn({
      where: waiting,
      data: { digestAt: now },
      select: { id: true },
    })
    const content: Prisma.InputJsonValue = { digest }
    await tx.alert.createMany({
      data: targets.map(({ id }) => ({ targetId: id, content, createdAt: now, tryAfter: now })),
    })
  })
}
