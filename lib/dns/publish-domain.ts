import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { currentRecords, observeAndStore, type StoredRecord } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { providerZone } from '@/lib/dns/domain-authority'
import { providerContext, requireDnsDomain } from '@/lib/dns/load-domain'
import type { PublishedRow } from '@/lib/dns/publish-plan'
import { publishRrset, type OpenProvider, type PublishOutcome } from '@/lib/dns/publish-rrset'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'
import { openAsWorker } from '@/lib/secrets/seal'

/** How publishing went at one name and type. */
export interface PublishedSet {
  name: string
  type: string
  outcome: PublishOutcome
}

/**
 * Publishes the records of a domain at its provider, all or those at the given names, then looks at DNS and stores what
 * it says. What stands there of others is merged with or left (see `planRrset`); what is right already is not written
 * again. Slow, and it opens the provider's secret: for the worker. CONFLICT where the domain has no provider.
 */
export async function publishRecords(
  actor: Actor,
  domainName: string,
  deps: DnsDeps,
  onlyNames?: readonly string[],
): Promise<PublishedSet[]> {
  requirePermission(actor, 'dns:publish')
  const domain = await requireDnsDomain(actor, domainName)
  if (!domain.provider) throw new AppError('CONFLICT', 'dns.noProvider', { name: domainName })
  const records = (await currentRecords(domain.id)).filter((record) => !onlyNames || onlyNames.includes(record.name))
  const { id, config, credentialSealed } = domain.provider
  const secret = openAsWorker(credentialSealed, providerContext(id))
  const zone = await providerZone(deps.dns, config, domain.name)
  const oldKeys = await revokedKeys(domain.id)
  const done: PublishedSet[] = []
  const outcomes = new Map<string, PublishOutcome>()
  for (const set of Map.groupBy(records, (record) => `${record.name} ${record.type}`).values()) {
    const outcome =
      zone.status === 'found' ? await publishSet(deps, { config, secret, zone: zone.zone }, set, oldKeys) : zone
    for (const record of set) outcomes.set(record.id, outcome)
    if (set[0]) done.push({ name: set[0].name, type: set[0].type, outcome })
  }
  await auditPublished(actor, domain.name, domain.provider.name, done, deps)
  await observeAndStore(domain, records, deps, outcomes)
  return done
}

/** Public keys of revoked keys by record id: their record may still show them in a form that was typed in by hand. */
async function revokedKeys(domainId: string): Promise<Map<string, string>> {
  const rows = await db().dnsRecord.findMany({
    where: { domainId, dkimKey: { state: 'revoked' } },
    select: { id: true, dkimKey: { select: { publicKey: true } } },
  })
  return new Map(rows.flatMap((row) => (row.dkimKey ? [[row.id, row.dkimKey.publicKey] as const] : [])))
}

async function publishSet(
  deps: DnsDeps,
  provider: OpenProvider,
  set: readonly StoredRecord[],
  oldKeys: ReadonlyMap<string, string>,
): Promise<PublishOutcome> {
  const [first] = set
  if (!first) return { status: 'unchanged', words: '' }
  const rows = set.map((record): PublishedRow => {
    const oldKey = oldKeys.get(record.id)
    return { purpose: record.purpose, value: record.value, ...(oldKey !== undefined && { oldKey }) }
  })
  return publishRrset(deps.dns, deps.send, provider, {
    name: first.name,
    type: first.type,
    ttlSeconds: Math.min(...set.map((record) => record.ttlSeconds)),
    rows,
  })
}

async function auditPublished(
  actor: Actor,
  domainName: string,
  providerName: string,
  done: readonly PublishedSet[],
  deps: DnsDeps,
): Promise<void> {
  const changed = done.filter(({ outcome }) => outcome.status === 'published' || outcome.status === 'unconfirmed')
  if (changed.length === 0) return
  const options = { domains: [domainName], action: 'dns:published', subject: domainName, clock: deps.clock }
  await changeMail(actor, 'dns:publish', options, async (change) => {
    change.audit({
      provider: providerName,
      sets: changed.map(({ name, type, outcome }) => `${name} ${type}: ${outcome.status}`),
    })
    return Promise.resolve()
  })
}
