import 'server-only'
import { db } from '@/lib/db/client'
import { currentRecords, type StoredRecord } from '@/lib/dns/check-domain'
import type { DnsDomain } from '@/lib/dns/load-domain'
import type { PublishedRow } from '@/lib/dns/publish-plan'
import type { RrsetToPublish } from '@/lib/dns/publish-rrset'
import { isHeldBack } from '@/lib/dns/purpose'

/** The records of a domain that share one name and type, and what to publish there. */
export interface WantedSet extends RrsetToPublish {
  records: readonly StoredRecord[]
}

/** Public keys of revoked keys by record id: their record may still show them in a form that was typed in by hand. */
async function revokedKeys(domainId: string): Promise<Map<string, string>> {
  const rows = await db().dnsRecord.findMany({
    where: { domainId, dkimKey: { state: 'revoked' } },
    select: { id: true, dkimKey: { select: { publicKey: true } } },
  })
  return new Map(rows.flatMap((row) => (row.dkimKey ? [[row.id, row.dkimKey.publicKey] as const] : [])))
}

/**
 * Records by which a key would go that came from elsewhere: its server may sign with it still. Only a person decides that,
 * by a plan, or by the word that the key is compromised.
 */
async function askedFirst(domainId: string): Promise<Set<string>> {
  const rows = await db().dnsRecord.findMany({
    where: {
      domainId,
      dkimKey: { isImported: true, compromisedAt: null },
      OR: [{ purpose: 'withdrawn' }, { dkimKey: { state: 'revoked' } }],
    },
    select: { id: true },
  })
  return new Set(rows.map(({ id }) => id))
}

/**
 * What a domain's zone should hold, brought up to date first. MX comes last: mail moves when all else is in place.
 * `isAutomatic`: without what nobody may do unasked.
 */
export async function wantedSets(
  { id, policy }: Pick<DnsDomain, 'id' | 'policy'>,
  { isAutomatic = false }: { isAutomatic?: boolean } = {},
): Promise<WantedSet[]> {
  const all = await currentRecords(id)
  const left = isAutomatic ? await askedFirst(id) : new Set<string>()
  const records = all.filter((record) => !left.has(record.id))
  const oldKeys = await revokedKeys(id)
  const sets = [...Map.groupBy(records, ({ name, type }) => `${name} ${type}`).values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const rows = group.map((record): PublishedRow => {
      const oldKey = oldKeys.get(record.id)
      const { purpose, value } = record
      return { purpose, value, isHeld: isHeldBack(purpose, policy), ...(oldKey !== undefined && { oldKey }) }
    })
    const ttlSeconds = Math.min(...group.map((record) => record.ttlSeconds))
    return [{ name: first.name, type: first.type, ttlSeconds, rows, records: group }]
  })
  return sets.sort((a, b) => Number(a.type === 'MX') - Number(b.type === 'MX'))
}
