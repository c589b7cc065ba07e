import 'server-only'
import { z } from 'zod'
import { db, type Tx } from '@/lib/db/client'
import { delegatedKeyName } from '@/lib/dkim/record'
import { ALL_SLOTS } from '@/lib/dkim/slots'
import { parseProvider, type DnsDomain, type StoredProvider } from '@/lib/dns/load-domain'

export const DELEGATION_KEY = 'dkim.delegation'

const stored = z.strictObject({ zone: z.string(), providerId: z.uuid() })
/** The zone of ours in which the keys of delegated domains stand, and where it is published. */
export type StoredDelegation = z.infer<typeof stored>

/** The setting, null where nobody made it. Throws where it was not written by us. */
export async function readDelegation(tx: Tx): Promise<StoredDelegation | null> {
  const row = await tx.setting.findUnique({ where: { key: DELEGATION_KEY }, select: { value: true } })
  return row && stored.parse(row.value)
}

/** Where the records of a domain's delegated keys stand, and the names in its own zone that lead there; null: none does. */
export interface DomainDelegation {
  zone: string
  slots: readonly string[]
}

/**
 * The delegation of one domain: all slots where its keys are delegated, else those of keys that are left from when they
 * were.
 */
export async function domainDelegation(
  tx: Tx,
  domain: { keyPublishing: string; dkimKeys: readonly { slot: string | null }[] },
): Promise<DomainDelegation | null> {
  const left = domain.dkimKeys.flatMap(({ slot }) => (slot === null ? [] : [slot]))
  const slots = domain.keyPublishing === 'delegated' ? ALL_SLOTS : left
  if (slots.length === 0) return null
  const delegation = await readDelegation(tx)
  return delegation && { zone: delegation.zone, slots }
}

/** The slots of a domain that are taken: by a key, or by a record that is still to go. */
export async function usedSlots(tx: Tx, domain: { id: string; name: string }, zone: string): Promise<Set<string>> {
  const keys = await tx.dkimKey.findMany({
    where: { domainId: domain.id, slot: { not: null }, state: { not: 'removed' } },
    select: { slot: true },
  })
  const byName = new Map(ALL_SLOTS.map((slot) => [delegatedKeyName(slot, domain.name, zone), slot]))
  const leaving = await tx.dnsRecord.findMany({
    where: { domainId: domain.id, purpose: 'withdrawn', name: { in: [...byName.keys()] } },
    select: { name: true },
  })
  const slots = [...keys.map(({ slot }) => slot), ...leaving.map(({ name }) => byName.get(name) ?? null)]
  return new Set(slots.filter((slot) => slot !== null))
}

/** Our zone and its provider, null where nobody set it. */
export async function findDelegation(): Promise<{ name: string; provider: StoredProvider } | null> {
  const delegation = await readDelegation(db())
  if (!delegation) return null
  const provider = await db().dnsProvider.findUniqueOrThrow({
    where: { id: delegation.providerId },
    select: { id: true, name: true, kind: true, config: true, credentialSealed: true },
  })
  return { name: delegation.zone, provider: parseProvider(provider) }
}

/** A zone in which key records stand and who publishes it: a domain's own, or ours. */
export interface KeyPlace extends DnsDomain {
  isDelegated: boolean
}

/** Where a domain's keys stand: delegated ones in our zone (MAIL rule 32). Throws where the setting is gone. */
export async function keyPlace(domain: DnsDomain, isDelegated: boolean): Promise<KeyPlace> {
  if (!isDelegated) return { ...domain, isDelegated }
  const ours = await findDelegation()
  if (!ours) throw new Error('a key is delegated, and the zone of delegated keys is not set')
  return { ...domain, ...ours, isDelegated }
}
