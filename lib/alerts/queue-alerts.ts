import 'server-only'
import type { Crossing } from '@/lib/checks/tell'
import type { Tx } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'

/** How long the first of several changes waits for the others of the same cause. */
const GATHER_MILLISECONDS = 60_000

/** Keeps what crossed in a run for every target, as part of the transaction that stores it: told is what is stored. */
export async function queueAlerts(
  tx: Tx,
  scope: { kind: 'domain' | 'node'; name: string },
  crossings: readonly Crossing[],
  now: Date,
): Promise<void> {
  if (crossings.length === 0) return
  const targets = await tx.alertTarget.findMany({ select: { id: true } })
  const content = { scope: { kind: scope.kind, name: scope.name }, crossings } as unknown as Prisma.InputJsonValue
  const tryAfter = new Date(now.getTime() + GATHER_MILLISECONDS)
  await tx.alert.createMany({ data: targets.map(({ id }) => ({ targetId: id, content, createdAt: now, tryAfter })) })
}
