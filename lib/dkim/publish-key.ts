import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { withLock } from '@/lib/db/lock'
import type { KeyPlace } from '@/lib/dkim/delegation'
import { observeAndStore } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import type { DnsDomain, StoredProvider } from '@/lib/dns/load-domain'
import { openProvider } from '@/lib/dns/open-provider'
import { publishLock, publishRecords } from '@/lib/dns/publish-domain'
import { publishRrset, type PublishOutcome } from '@/lib/dns/publish-rrset'
import { wantedSets } from '@/lib/dns/wanted-sets'
import { changeMail } from '@/lib/releases/change-mail'

/**
 * Brings the key record at a name to what it should be, where we publish it: in the domain's zone by its provider, in ours
 * by that zone's. By hand nothing happens.
 */
export async function publishKeyAt(
  actor: Actor,
  domain: DnsDomain,
  place: KeyPlace,
  name: string,
  deps: DnsDeps,
): Promise<void> {
  if (!place.provider) return
  const ours = { ...place, provider: place.provider }
  if (place.isDelegated) await withLock(publishLock(domain.id), () => publishDelegated(actor, domain, ours, name, deps))
  else await publishRecords(actor, domain.name, deps, [name])
}

async function publishDelegated(
  actor: Actor,
  domain: DnsDomain,
  place: KeyPlace & { provider: StoredProvider },
  name: string,
  deps: DnsDeps,
): Promise<void> {
  const set = (await wantedSets(domain)).find((one) => one.name === name && one.type === 'TXT')
  if (!set) return
  const provider = openProvider(place.provider, deps)
  const zone = await provider.findZone(place.name)
  // How long it is kept is a decision about our zone, not about the domain's.
  const { ttlSeconds } = place.provider.config
  const outcome: PublishOutcome =
    zone.status === 'found' ? await publishRrset(provider, zone.zone, { ...set, ttlSeconds }) : zone
  if (outcome.status === 'published' || outcome.status === 'unconfirmed') {
    const options = { domains: [domain.name], action: 'dns:published', subject: domain.name, clock: deps.clock }
    await changeMail(actor, 'dns:publish', options, (change) => {
      change.audit({ provider: place.provider.name, sets: [`${name} TXT: ${outcome.status}`] })
      return Promise.resolve()
    })
  }
  const outcomes = new Map(set.records.map((record) => [record.id, outcome]))
  await observeAndStore(place, set.records, deps, outcomes)
}
