import type { Prisma } from '@/lib/db/generated/client'

/** What moving a key on needs of its row. */
export const keySelect = {
  id: true,
  selector: true,
  state: true,
  createdAt: true,
  publishedAt: true,
  activateAfter: true,
  removeAfter: true,
  domain: { select: { id: true, name: true } },
  records: { where: { purpose: 'dkim' }, select: { id: true, observation: { select: { checkedAt: true } } } },
} satisfies Prisma.DkimKeySelect
export type MovingKey = Prisma.DkimKeyGetPayload<{ select: typeof keySelect }>
