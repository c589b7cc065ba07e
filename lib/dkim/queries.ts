import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import type { DkimKeyState } from '@/lib/db/generated/enums'
import { findDelegation } from '@/lib/dkim/delegation'
import { waitingOf, type Waiting } from '@/lib/dkim/key-state'
import { delegatedKeyName, dkimRecordName } from '@/lib/dkim/record'
import { ALL_SLOTS } from '@/lib/dkim/slots'
import { listDnsRecords, type ListedRecord } from '@/lib/dns/queries'
import { AppError } from '@/lib/errors/app-error'

/** A key as its page shows it. Nothing of the private part is in it but its hash. */
export interface ListedKey {
  id: string
  selector: string
  /** Where receivers ask for it. */
  name: string
  algorithm: string
  bits: number
  /** `y` (test mode), `s` (no subdomains). */
  flags: string[]
  state: DkimKeyState
  isSpare: boolean
  isImported: boolean
  /** Its record stands in our zone; the domain's own leads there. */
  isDelegated: boolean
  compromisedAt: Date | null
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
  slot: true,
  algorithm: true,
  bits: true,
  flags: true,
  state: true,
  isSpare: true,
  isImported: true,
  privateKeyHash: true,
  createdAt: true,
  publishedAt: true,
  activateAfter: true,
  activatedAt: true,
  retiredAt: true,
  removeAfter: true,
  compromisedAt: true,
  records: { where: { purpose: 'dkim' }, select: { id: true } },
} as const

/** The keys of a domain: those that sign, those on their way, the spare, then old ones. NOT_FOUND where the domain is not the actor's. */
export async function listDkimKeys(actor: Actor, domainName: string, clock: Clock = systemClock): Promise<ListedKey[]> {
  requirePermission(actor, 'dkim:read')
  const now = clock()
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { dkimKeys: { select: keySelect, orderBy: [{ createdAt: 'desc' }, { algorithm: 'desc' }] } },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const { records } = await listDnsRecords(actor, domainName)
  const byId = new Map(records.map((record) => [record.id, record]))
  const keys = domain.dkimKeys.map(({ records: own, slot, activateAfter, removeAfter, ...key }): ListedKey => {
    const since = { retiring: key.retiredAt, active: key.activatedAt, published: key.publishedAt }
    return {
      ...key,
      name: dkimRecordName(key.selector, domainName),
      isDelegated: slot !== null,
      since: (key.state in since ? since[key.state as keyof typeof since] : null) ?? key.retiredAt ?? key.createdAt,
      waiting: waitingOf({ ...key, activateAfter, removeAfter }, now),
      record: byId.get(own[0]?.id ?? '') ?? null,
    }
  })
  const rank = (key: ListedKey) => ORDER.indexOf(key.state) + (key.isSpare && key.state !== 'removed' ? 0.5 : 0)
  return keys.sort((a, b) => rank(a) - rank(b))
}

/** One CNAME by which a domain's zone leads to ours. */
export interface SlotAlias {
  name: string
  target: string
  /** With what DNS says of it; null before the domain is delegated. */
  record: ListedRecord | null
}

/** How a domain's keys are kept. */
export interface KeySettings {
  signsEd25519: boolean
  keepsSpareKey: boolean
  keyRotationDays: number | null
  /** When the next key is asked for; null: by nobody. */
  nextRotationAt: Date | null
  isDelegated: boolean
  /** Key records appear in DNS without anybody's doing. */
  isPublished: boolean
  /** What to add in the domain's zone, once, so that its keys can stand in ours; none where there is no such zone. */
  aliases: SlotAlias[]
}

/** The settings of a domain's keys, and the names that delegation needs. NOT_FOUND where the domain is not the actor's. */
export async function getKeySettings(actor: Actor, domainName: string): Promise<KeySettings> {
  requirePermission(actor, 'dkim:read')
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: {
      ...{ signsEd25519: true, keepsSpareKey: true, keyRotationDays: true, nextRotationAt: true },
      ...{ keyPublishing: true, dnsProviderId: true, suspendMode: true },
    },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const delegation = await findDelegation()
  const { records } = await listDnsRecords(actor, domainName)
  const isDelegated = domain.keyPublishing === 'delegated'
  const { signsEd25519, keepsSpareKey, keyRotationDays, nextRotationAt, suspendMode } = domain
  return {
    ...{ signsEd25519, keepsSpareKey, keyRotationDays, isDelegated },
    nextRotationAt: suspendMode === null && keyRotationDays !== null ? nextRotationAt : null,
    isPublished: isDelegated || domain.dnsProviderId !== null,
    aliases: ALL_SLOTS.map((slot): SlotAlias | null => {
      if (!delegation) return null
      const name = dkimRecordName(slot, domainName)
      const record = records.find((row) => row.purpose === 'dkim' && row.type === 'CNAME' && row.name === name)
      return { name, target: `${delegatedKeyName(slot, domainName, delegation.name)}.`, record: record ?? null }
    }).filter((alias) => alias !== null),
  }
}

/** The zone of ours for delegated keys and the name of its provider, null where there is none. */
export async function getKeyDelegation(actor: Actor): Promise<{ zone: string; provider: string } | null> {
  requirePermission(actor, 'setting:read')
  const delegation = await findDelegation()
  return delegation && { zone: delegation.name, provider: delegation.provider.name }
}
