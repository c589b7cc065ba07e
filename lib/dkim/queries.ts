import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import type { DkimKeyState } from '@/lib/db/generated/enums'
import { waitingOf, type Waiting } from '@/lib/dkim/key-state'
import { dkimRecordName } from '@/lib/dkim/record'
import { listDnsRecords, type ListedRecord } from '@/lib/dns/queries'
import { AppError } from '@/lib/errors/app-error'

/** A key as its page shows it. Nothing of the private part is in it but its hash. */
export interface ListedKey {
  id: string
  selector: string
  name: string
  algorithm: string
  bits: number
  state: DkimKeyState
  privateKeyHash: string | null
  createdAt: Date
  publishedAt: Date | null
  activatedAt: Date | null
  retiredAt: Date | null
  /** Since when it is in this state. */
  since: Date
  waiting: Waiting | null
  /** Its record, from the moment there is a key; with what DNS says of it. */
  record: ListedRecord | null
}

const ORDER: readonly DkimKeyState[] = [
  'active',
  'published',
  'generated',
  'requested',
  'retiring',
  'revoked',
  'removed',
]

const keySelect = {
  id: true,
  selector: true,
  algorithm: true,
  bits: true,
  state: true,
  privateKeyHash: true,
  createdAt: true,
  publishedAt: true,
  activateAfter: true,
  activatedAt: true,
  retiredAt: true,
  removeAfter: true,
  records: { where: { purpose: 'dkim' }, select: { id: true } },
} as const

/** The keys of a domain, the active one first, then those on their way, then old ones. NOT_FOUND where the domain is not the actor's. */
export async function listDkimKeys(actor: Actor, domainName: string, clock: Clock = systemClock): Promise<ListedKey[]> {
  requirePermission(actor, 'dkim:read')
  const now = clock()
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { dkimKeys: { select: keySelect, orderBy: { createdAt: 'desc' } } },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const { records } = await listDnsRecords(actor, domainName)
  const byId = new Map(records.map((record) => [record.id, record]))
  const keys = domain.dkimKeys.map(({ records: own, activateAfter, removeAfter, ...key }): ListedKey => {
    const since = { retiring: key.retiredAt, active: key.activatedAt, published: key.publishedAt }
    return {
      ...key,
      name: dkimRecordName(key.selector, domainName),
      since: (key.state in since ? since[key.state as keyof typeof since] : null) ?? key.retiredAt ?? key.createdAt,
      waiting: waitingOf({ ...key, activateAfter, removeAfter }, now),
      record: byId.get(own[0]?.id ?? '') ?? null,
    }
  })
  return keys.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
}
