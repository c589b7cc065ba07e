import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { DnsDeps } from '@/lib/dns/deps'
import { requireDnsDomain, type DnsDomain, type StoredProvider } from '@/lib/dns/load-domain'
import { openProvider } from '@/lib/dns/open-provider'
import { isEdit, type PlanContent, type PlanSet } from '@/lib/dns/plan-content'
import { placeMx } from '@/lib/dns/place-mx'
import { liveValues, type Provider } from '@/lib/dns/provider'
import { zonesAt, type RecordZone } from '@/lib/dns/provider-zones'
import { planChange } from '@/lib/dns/publish-rrset'
import { wantedSets, type WantedSet } from '@/lib/dns/wanted-sets'
import { changeMail } from '@/lib/releases/change-mail'

/** Loads a plan with its domain; null where either is gone. */
export async function loadPlan(planId: string) {
  const plan = await db().dnsPlan.findUnique({
    where: { id: planId },
    select: {
      id: true,
      state: true,
      edits: true,
      movesMail: true,
      actorName: true,
      domain: { select: { name: true, deletedAt: true } },
    },
  })
  return plan?.domain.deletedAt === null ? plan : null
}

/**
 * Makes the plan that was asked for: reads what stands at the provider and works out the smallest edits. For the worker;
 * run again it does nothing. A provider that cannot be read makes the plan `failed` with its words, never empty.
 */
export async function makeDnsPlan(planId: string, deps: DnsDeps): Promise<void> {
  const plan = await loadPlan(planId)
  if (plan?.state !== 'making') return
  const domain = await requireDnsDomain(systemActor(plan.actorName), plan.domain.name)
  const made = domain.provider
    ? await contentOf(domain, domain.provider, plan.movesMail, deps)
    : { words: 'no provider' }
  const isMade = 'content' in made
  if (isMade && plan.movesMail && isMovedAlready(made.content, domain.name))
    await changeMail(
      systemActor(plan.actorName),
      'dns:write',
      { domains: [domain.name], action: 'dns-policy:mx', subject: domain.name, clock: deps.clock },
      (change) => placeMx(change, domain.name, 'here'),
    )
  await db().dnsPlan.updateMany({
    where: { id: planId, state: 'making' },
    data: isMade
      ? { state: 'ready', edits: made.content }
      : { state: 'failed', words: made.words, finishedAt: deps.clock() },
  })
}

/** True where there is nothing to confirm: the zone leads the mail here, and all else stands there as well. */
function isMovedAlready({ sets }: PlanContent, domain: string): boolean {
  const exchanges = sets.filter(({ name, type }) => name === domain && type === 'MX')
  const isRead = exchanges.length > 0 && exchanges.every(({ kept, outcome }) => kept.length === 0 && outcome === null)
  return isRead && !sets.some(isEdit)
}

async function contentOf(
  domain: DnsDomain,
  stored: StoredProvider,
  movesMail: boolean,
  deps: DnsDeps,
): Promise<{ content: PlanContent } | { words: string }> {
  const provider = openProvider(stored, deps)
  const found = await provider.findZone(domain.name)
  if (found.status !== 'found') return { words: found.words }
  const zoneOf = zonesAt(provider, [domain.name, ...domain.aliases])
  const sets: PlanSet[] = []
  // What moving the mail leads to is shown before anything is confirmed.
  const policy = movesMail ? { ...domain.policy, mx: 'here' as const } : domain.policy
  for (const wanted of await wantedSets({ id: domain.id, policy }))
    sets.push(await planSet(provider, await zoneOf(wanted.name), wanted, movesMail && wanted.name === domain.name))
  return { content: { provider: { id: stored.id, name: stored.name }, zone: found.zone, sets } }
}

async function planSet(provider: Provider, zone: RecordZone, wanted: WantedSet, movesMail: boolean): Promise<PlanSet> {
  const set: PlanSet = {
    name: wanted.name,
    type: wanted.type,
    zone: zone.status === 'found' ? zone.zone : null,
    purposes: [...new Set(wanted.rows.map(({ purpose }) => purpose))],
    ttlSeconds: wanted.ttlSeconds,
    before: [],
    hasAlias: false,
    isWildcard: false,
    isHeld: wanted.rows.every((row) => row.isHeld === true),
    remove: [],
    add: [],
    kept: [],
    outcome: null,
  }
  if (zone.status === 'outside') return { ...set, kept: ['outside'] }
  if (zone.status !== 'found') return { ...set, outcome: { status: zone.status, words: zone.words } }
  if (!provider.takes(wanted.type)) return { ...set, outcome: { status: 'unsupported', words: wanted.type } }
  const live = await provider.read(zone.zone, wanted.name, wanted.type)
  if (live.status !== 'read') return { ...set, outcome: { status: live.status, words: live.words } }
  const { ttlSeconds, remove, add, kept } = planChange(wanted, live, movesMail)
  const { hasAlias, isWildcard } = live
  return {
    ...{ ...set, ttlSeconds, hasAlias, isWildcard, before: liveValues(live) },
    ...{ remove: [...remove], add: [...add], kept: [...kept] },
  }
}
