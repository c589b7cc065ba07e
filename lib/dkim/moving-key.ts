import type { Prisma } from '@/lib/db/generated/client'

/** What moving a key on needs of its row. */
export const keySelect = {
  id: true,
  selector: true,
  slot: true,
  algorithm: true,
  publicKey: true,
  flags: true,
  state: true,
  isSpare: true,
  createdAt: true,
  publishedAt: true,
  activateAfter: true,
  retiredAt: true,
  removeAfter: true,
  isImported: true,
  compromisedAt: true,
  domain: { select: { id: true, name: true, keyRotationDays: true, dnsProviderId: true } },
  records: {
    where: { purpose: 'dkim' },
    select: {
      id: true,
      name: true,
      observation: { select: { checkedAt: true, since: true, state: true, found: true } },
    },
  },
} satisfies Prisma.DkimKeySelect
export type MovingKey = Prisma.DkimKeyGetPayload<{ select: typeof keySelect }>

/** True where a key's record appears in DNS by our doing: in the domain's zone by its provider, in ours by that zone's. */
export function isPublishedByUs({ slot, domain }: MovingKey): boolean {
  return slot !== null || domain.dnsProviderId !== null
}
