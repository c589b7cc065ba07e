import 'server-only'
import { checkSoon } from '@/lib/checks/claim-due'
import type { Tx } from '@/lib/db/client'
import { namesOf } from '@/lib/dns/host-records'
import { loadPlanInput } from '@/lib/dns/load-plan-input'
import { withoutOverridden } from '@/lib/dns/overridden'
import { mtaStsId } from '@/lib/dns/policy-records'
import { isInside, RECORD_TYPES, type RecordType } from '@/lib/dns/record'
import { aliasRecords, wantedRecords, type WantedInput, type WantedRecord } from '@/lib/dns/wanted-records'

/** A type from the database; throws on one that nothing of ours can have stored. */
export function storedType(text: string): RecordType {
  const type = RECORD_TYPES.find((known) => known === text)
  if (!type) throw new Error(`stored record of type ${text}`)
  return type
}

/** What a name of a domain should have in its zone. */
export interface WantedOfName {
  name: string
  wanted: WantedRecord[]
}

/**
 * What a domain should have in the zone of its own name now, and in those of its other names, by name. Throws where there is
 * no such domain.
 */
export async function loadWanted(tx: Tx, domainId: string): Promise<{ own: WantedOfName; aliases: WantedOfName[] }> {
  const { input, aliases, own } = await loadPlanInput(tx, domainId)
  const of = (name: string, planned: WantedRecord[]) => ({ name, wanted: withoutOverridden(planned, own) })
  return {
    own: of(input.domain, wantedRecords(input)),
    aliases: aliases.map((alias) => of(alias, aliasRecords(input, alias))),
  }
}

const identity = (record: { name: string; type: string; value: string }) =>
  `${record.name}\0${record.type}\0${record.value}`

/**
 * Takes rows out of what a domain should have. Where we publish, a row becomes `withdrawn`: what was published is known
 * until it has been seen to be gone, and whose key it was. Where records are typed in by hand it goes at once.
 */
export async function withdrawRecords(
  tx: Tx,
  domainId: string,
  rows: readonly { id: string; name: string; type: string; value: string }[],
  hasProvider: boolean,
): Promise<void> {
  if (rows.length === 0) return
  if (!hasProvider) {
    await tx.dnsRecord.deleteMany({ where: { domainId, id: { in: rows.map((row) => row.id) } } })
    return
  }
  const already = await tx.dnsRecord.findMany({
    where: { domainId, purpose: 'withdrawn' },
    select: { name: true, type: true, value: true },
  })
  const known = new Set(already.map(identity))
  for (const row of rows) {
    if (known.has(identity(row))) await tx.dnsRecord.delete({ where: { id: row.id } })
    else {
      await tx.dnsObservation.deleteMany({ where: { recordId: row.id } })
      await tx.dnsRecord.update({ where: { id: row.id }, data: { purpose: 'withdrawn' } })
    }
    known.add(identity(row))
  }
}

/** Forgets withdrawn rows that are wanted again: the two would undo each other. */
export async function dropWithdrawn(
  tx: Tx,
  domainId: string,
  wanted: readonly { name: string; type: string; value: string }[],
): Promise<void> {
  const same = wanted.map(({ name, type, value }) => ({ name, type, value }))
  await tx.dnsRecord.deleteMany({ where: { domainId, purpose: 'withdrawn', OR: same } })
}

/** The policy names the id under which it is published: it changes with the mail servers too (RFC 8461 §3.1). */
async function keepMtaStsId(tx: Tx, domainId: string, { policy, hosts }: WantedInput): Promise<void> {
  const id = mtaStsId(policy.mtaSts, namesOf(hosts))
  if (id === policy.mtaSts.id) return
  const dnsPolicy = { ...policy, mtaSts: { ...policy.mtaSts, id } }
  await tx.domain.update({ where: { id: domainId }, data: { dnsPolicy } })
}

/**
 * Makes the stored records of a domain (all but the administrator's own) those that it should have now: called in the
 * transaction of whatever changes it, its keys or the nodes. Rows that stay keep what was observed of them.
 */
export async function syncDomainRecords(tx: Tx, domainId: string): Promise<void> {
  const { input, aliases, own, hasProvider } = await loadPlanInput(tx, domainId)
  await keepMtaStsId(tx, domainId, input)
  const planned = [...wantedRecords(input), ...aliases.flatMap((alias) => aliasRecords(input, alias))]
  const wanted = withoutOverridden(planned, own)
  const rows = await tx.dnsRecord.findMany({
    where: { domainId, purpose: { notIn: ['own', 'withdrawn'] } },
    select: { id: true, purpose: true, name: true, type: true, value: true, ttlSeconds: true, dkimKeyId: true },
  })
  const stored = new Map(rows.map((row) => [`${row.purpose}\0${identity(row)}`, row]))
  const added: WantedRecord[] = []
  for (const record of wanted) {
    const key = `${record.purpose}\0${identity(record)}`
    const row = stored.get(key)
    stored.delete(key)
    if (!row) added.push(record)
    else if (row.ttlSeconds !== record.ttlSeconds) {
      await tx.dnsRecord.update({ where: { id: row.id }, data: { ttlSeconds: record.ttlSeconds } })
    }
  }
  const gone = [...stored.values()]
  // Keys in our zone are published there, whoever looks after the domain's own.
  const isDelegated = (row: (typeof gone)[number]) => row.dkimKeyId !== null && !isInside(row.name, input.domain)
  await withdrawRecords(tx, domainId, gone.filter(isDelegated), true)
  await withdrawRecords(
    tx,
    domainId,
    gone.filter((row) => !isDelegated(row)),
    hasProvider,
  )
  if (gone.length + added.length > 0) await checkSoon(tx, domainId, new Date())
  if (added.length === 0) return
  await dropWithdrawn(tx, domainId, added)
  await tx.dnsRecord.createMany({
    data: added.map(({ purpose, name, type, value, ttlSeconds, dkimKeyId }) => ({
      ...{ domainId, purpose, name, type, value, ttlSeconds, dkimKeyId },
    })),
  })
}
