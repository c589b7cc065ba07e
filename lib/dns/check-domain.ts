import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db, type Tx } from '@/lib/db/client'
import { findDelegation } from '@/lib/dkim/delegation'
import type { AuthorityResult } from '@/lib/dns/authority'
import { domainAuthority } from '@/lib/dns/domain-authority'
import type { DnsDeps } from '@/lib/dns/deps'
import { parseFound, type Found } from '@/lib/dns/found'
import { lockDomain, requireDnsDomain, type DnsDomain } from '@/lib/dns/load-domain'
import { isEverywhere, observeRecords, unobservable, type Observation, type ObservedRecord } from '@/lib/dns/observe'
import { followOthers, NO_OTHERS } from '@/lib/dns/others'
import type { PublishOutcome } from '@/lib/dns/publish-rrset'
import { PURPOSES } from '@/lib/dns/purpose'
import { isInside } from '@/lib/dns/record'
import { storedType, syncDomainRecords } from '@/lib/dns/sync'
import { zoneNameOf } from '@/lib/dns/zone-name'

/** How publishing went, by record id: kept with what is observed next. */
export type Outcomes = ReadonlyMap<string, PublishOutcome>

export type StoredRecord = ObservedRecord & { ttlSeconds: number }

/** Brings the stored records of a domain up to date (nodes may have changed) and gives them. */
export async function currentRecords(domainId: string): Promise<StoredRecord[]> {
  const rows = await db().$transaction(async (tx) => {
    if (!(await lockDomain(tx, domainId))) return []
    await syncDomainRecords(tx, domainId)
    return tx.dnsRecord.findMany({
      where: { domainId },
      select: { id: true, purpose: true, name: true, type: true, value: true, ttlSeconds: true },
    })
  })
  return rows.map((row) => {
    const purpose = PURPOSES.find((known) => known === row.purpose)
    if (!purpose) throw new Error(`stored record of purpose ${row.purpose}`)
    return { ...row, purpose, type: storedType(row.type) }
  })
}

/**
 * Asks DNS about every record of a domain and stores what it says. Slow (network): for the worker. A server that does not
 * answer makes a `temperror`, never a failure. NOT_FOUND where the actor may not see the domain.
 */
export async function checkDomainDns(
  actor: Actor,
  domainName: string,
  deps: DnsDeps,
  outcomes: Outcomes = new Map(),
): Promise<void> {
  requirePermission(actor, 'dns:read')
  const domain = await requireDnsDomain(actor, domainName)
  const records = await currentRecords(domain.id)
  await observeAndStore(domain, records, deps, outcomes)
}

/** The servers to ask for records of one zone name: those of the domain's provider where it holds that, ours for delegated keys, else whoever does. */
async function authorityOf(zoneName: string, domain: DnsDomain, deps: DnsDeps): Promise<AuthorityResult> {
  if (zoneName === domain.name) return domainAuthority(deps.dns, domain.name, domain.provider?.config ?? null)
  if (domain.aliases.includes(zoneName) && domain.provider) {
    const atProvider = await domainAuthority(deps.dns, zoneName, domain.provider.config)
    if (atProvider.status === 'found') return atProvider
  }
  const ours = await findDelegation()
  if (ours && isInside(zoneName, ours.name)) return domainAuthority(deps.dns, ours.name, ours.provider.config)
  return domainAuthority(deps.dns, zoneName, null)
}

/** Observes some records of a domain, stores it, and gives the observations by record id. */
export async function observeAndStore(
  domain: DnsDomain,
  records: readonly ObservedRecord[],
  deps: DnsDeps,
  outcomes: Outcomes = new Map(),
): Promise<Map<string, Observation>> {
  const now = deps.clock()
  const observed = new Map<string, Observation>()
  const names = [domain.name, ...domain.aliases]
  // Some stand elsewhere: other names of the domain, delegated keys, the permission to send reports.
  for (const [zoneName, group] of Map.groupBy(records, ({ name }) => zoneNameOf(name, names))) {
    const authority = await authorityOf(zoneName, domain, deps)
    const found =
      authority.status === 'found'
        ? await observeRecords(deps.dns, authority.authority, group, now)
        : new Map(group.map((record) => [record.id, unobservable(authority.words)]))
    for (const [id, observation] of found) observed.set(id, observation)
  }
  await db().$transaction(async (tx) => {
    if (!(await lockDomain(tx, domain.id))) return
    const hasNews = await storeObservations(tx, records, observed, outcomes, now)
    if (hasNews) await syncDomainRecords(tx, domain.id)
  })
  return observed
}

/** True where a zone was found to be signed, or no longer: what a domain should have hangs on it. */
async function storeObservations(
  tx: Tx,
  records: readonly ObservedRecord[],
  observed: ReadonlyMap<string, Observation>,
  outcomes: Outcomes,
  now: Date,
): Promise<boolean> {
  let hasNews = false
  // A row may have gone or changed its purpose while DNS was asked.
  const still = await tx.dnsRecord.findMany({
    where: { id: { in: records.map((record) => record.id) } },
    select: { id: true, purpose: true, observation: { select: { state: true, since: true, found: true } } },
  })
  for (const row of still) {
    const observation = observed.get(row.id)
    if (!observation) continue
    if (row.purpose === 'withdrawn' && isEverywhere(observation)) {
      await tx.dnsRecord.delete({ where: { id: row.id } })
      continue
    }
    const before = row.observation
    const earlier = before && parseFound(before.found)
    const outcome = outcomes.get(row.id)
    const found: Found = {
      findings: observation.findings,
      isAuthentic: observation.isAuthentic ?? earlier?.isAuthentic ?? null,
      others: followOthers(earlier?.others ?? NO_OTHERS, observation.findings, now),
      publish: outcome
        ? { at: now.toISOString(), status: outcome.status, words: outcome.words }
        : (earlier?.publish ?? null),
    }
    if ((earlier?.isAuthentic === true) !== (found.isAuthentic === true)) hasNews = true
    const { state, waitingUntil } = observation
    const data = { state, waitingUntil, checkedAt: now, found, since: before?.state === state ? before.since : now }
    await tx.dnsObservation.upsert({ where: { recordId: row.id }, create: { recordId: row.id, ...data }, update: data })
  }
  return hasNews
}
