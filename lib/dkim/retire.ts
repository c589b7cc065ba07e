import 'server-only'
import type { Tx } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { RETIRING_MS } from '@/lib/dkim/key-state'

/** Lets keys that sign retire: the caller renders the domain again in the same change. */
export async function retireKeys(tx: Tx, where: Prisma.DkimKeyWhereInput, now: Date): Promise<void> {
  await tx.dkimKey.updateMany({
    where: { AND: [where, { state: 'active' }] },
    data: { state: 'retiring', retiredAt: now, removeAfter: new Date(now.getTime() + RETIRING_MS) },
  })
}

/** Drops keys that never signed anything: nobody looks for their records, so they go at once. Returns their selectors. */
export async function dropUnusedKeys(tx: Tx, where: Prisma.DkimKeyWhereInput): Promise<string[]> {
  const keys = await tx.dkimKey.findMany({
    where: { AND: [where, { state: { in: ['requested', 'generated', 'published'] } }] },
    select: { id: true, selector: true },
  })
  await tx.dkimKey.updateMany({
    where: { id: { in: keys.map(({ id }) => id) } },
    data: { state: 'removed', privateKeySealed: null },
  })
  return keys.map(({ selector }) => selector)
}
