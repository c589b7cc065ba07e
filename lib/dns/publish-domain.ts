import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { withLock } from '@/lib/db/lock'
import { observeAndStore } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { requireDnsDomain, type DnsDomain, type StoredProvider } from '@/lib/dns/load-domain'
import { openProvider } from '@/lib/dns/open-provider'
import type { Provider } from '@/lib/dns/provider'
import { zonesAt, type RecordZone } from '@/lib/dns/provider-zones'
import { publishRrset, type PublishOutcome } from '@/lib/dns/publish-rrset'
import { wantedSets, type WantedSet } from '@/lib/dns/wanted-sets'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'

/** How publishing went at one name and type. */
export interface PublishedSet {
  name: string
  type: string
  outcome: PublishOutcome
}

/**
 * Publishes the records of a domain at its provider, all or those at the given names, but what only a person decides; then
 * looks at DNS and stores what it says. What stands there of others is merged with or left (see `planRrset`); what is right already is not written
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
  const { provider } = domain
  if (!provider) throw new AppError('CONFLICT', 'dns.noProvider', { name: domainName })
  return withLock(publishLock(domain.id), () => publishLocked(actor, domain, provider, deps, onlyNames))
}

/** One publishing of a domain at a time: not every provider can refuse the second of two. */
export function publishLock(domainId: string): string {
  return `dns-publish:${domainId}`
}

async function publishLocked(
  actor: Actor,
  domain: DnsDomain,
  stored: StoredProvider,
  deps: DnsDeps,
  onlyNames?: readonly string[],
): Promise<PublishedSet[]> {
  const sets = (await wantedSets(domain, { isAutomatic: true })).filter(
    (set) => !onlyNames || onlyNames.includes(set.name),
  )
  const provider = openProvider(stored, deps)
  const zoneOf = zonesAt(provider, [domain.name, ...domain.aliases])
  const done: PublishedSet[] = []
  const outcomes = new Map<string, PublishOutcome>()
  for (const set of sets) {
    const outcome = await publishSet(provider, await zoneOf(set.name), set)
    for (const record of set.records) outcomes.set(record.id, outcome)
    done.push({ name: set.name, type: set.type, outcome })
  }
  await auditPublished(actor, domain.name, stored.name, done, deps)
  await observeAndStore(
    domain,
    sets.flatMap((set) => set.records),
    deps,
    outcomes,
  )
  return done
}

async function publishSet(provider: Provider, zone: RecordZone, set: WantedSet): Promise<PublishOutcome> {
  if (zone.status === 'outside') return { status: 'kept', words: 'outside' }
  return zone.status === 'found' ? publishRrset(provider, zone.zone, set) : zone
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
