import type { Prisma } from '@/lib/db/generated/client'

/** What moving a key on needs of its row. */
export const keySelect = {
  id: true,
  selector: true,
  slot: true,
  algorithm: true,
  state: true,
  isSpare: true,
  createdAt: true,
  publishedAt: true,
  activateAfter: true,
  retiredAt: true,
  removeAfter: true,
  compromisedAt: true,
  domain: { select: { id: true, name: true, keyRotationDays: true } },
  records: {
    where: { purpose: 'dkim' },
    select: { id: true, name: true, observation: { select: { checkedAt: true, state: true } } },
  },
} satisfies Prisma.DkimKeySelect
export type MovingKey = Prisma.DkimKeyGetPayload<{ select: typeof keySelect }>
