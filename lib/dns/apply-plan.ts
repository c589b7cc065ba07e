import 'server-only'
import { systemActor, type Actor } from '@/lib/auth/actor'
import type { Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { withLock } from '@/lib/db/lock'
import { observeAndStore } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { requireDnsDomain, type DnsDomain } from '@/lib/dns/load-domain'
import { loadPlan } from '@/lib/dns/make-plan'
import { openProvider } from '@/lib/dns/open-provider'
import { finalState, isEdit, planContent, type PlanContent, type PlanSet } from '@/lib/dns/plan-content'
import { liveValues, type LiveRrset, type Provider } from '@/lib/dns/provider'
import { publishLock } from '@/lib/dns/publish-domain'
import { planRrset, type PublishedRow } from '@/lib/dns/publish-plan'
import { writeChange, type PublishOutcome } from '@/lib/dns/publish-rrset'
import { progressOf } from '@/lib/dns/rrset-progress'
import { wantedSets } from '@/lib/dns/wanted-sets'
import { changeMail } from '@/lib/releases/change-mail'

/** What a set should hold now, by the rows of its name and type. */
interface WantedNow {
  rows: readonly PublishedRow[]
  movesMail: boolean
}

const isSame = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((value) => others.includes(value))

/** True where the plan's edit, or what is left of it, is still the one that leads to what is wanted: keys and servers may have changed since. */
function isStillWanted(
  set: PlanSet,
  live: LiveRrset,
  left: Pick<PlanSet, 'remove' | 'add'>,
  wanted: WantedNow,
): boolean {
  const { hasAlias, hasOther } = live
  const isPlanned = (values: readonly string[], { remove, add }: Pick<PlanSet, 'remove' | 'add'>) => {
    const edit = planRrset({ type: set.type, ...wanted, live: values, hasAlias, hasOther })
    return isSame(edit.remove, remove) && isSame(edit.add, add)
  }
  return isPlanned(set.before, set) || isPlanned(liveValues(live), left)
}

/**
 * Publishes one RRset of a confirmed plan. It is read again: where it is as the plan found it, or as a run that was cut
 * left it, what is left of the edit is written; where the edit stands already nothing is; else it is `stale`. Where
 * something else is wanted than when the plan was made it is `outdated`.
 */
async function publishPlanned(
  provider: Provider,
  zone: string,
  set: PlanSet,
  wanted: WantedNow,
): Promise<PublishOutcome> {
  const live = await provider.read(zone, set.name, set.type)
  if (live.status !== 'read') return live
  const now = liveValues(live)
  const { state, remove, add } = progressOf(set, now)
  const isReadable = live.records.every(({ exact }) => exact !== null)
  if (state === 'done') return { status: 'published', words: '' }
  if (state === 'foreign' || live.hasAlias !== set.hasAlias || !isReadable)
    return { status: 'stale', words: now.map((value) => JSON.stringify(value)).join(', ') }
  if (!isStillWanted(set, live, { remove, add }, wanted)) return { status: 'outdated', words: '' }
  const { name, type, ttlSeconds } = set
  const result = await writeChange(provider, zone, { name, type, ttlSeconds, live, remove, add })
  return result.status === 'changed' ? { status: 'stale', words: result.words } : result
}

/**
 * Publishes a confirmed plan, RRset by RRset, and looks at DNS afterwards. For the worker: killed and run again it goes on
 * where it was, and what is published is not written twice.
 */
export async function applyDnsPlan(planId: string, deps: DnsDeps): Promise<void> {
  const plan = await loadPlan(planId)
  if (plan?.state !== 'confirmed') return
  const actor = systemActor(plan.actorName)
  const domain = await requireDnsDomain(actor, plan.domain.name)
  await withLock(publishLock(domain.id), () => applyLocked(actor, planId, deps))
}

async function applyLocked(actor: Actor, planId: string, deps: DnsDeps): Promise<void> {
  const plan = await loadPlan(planId)
  if (plan?.state !== 'confirmed') return
  const domain = await requireDnsDomain(actor, plan.domain.name)
  const content = planContent.parse(plan.edits)
  const stored = domain.provider
  if (stored?.id !== content.provider.id) {
    const end = { state: 'stale', words: 'provider', finishedAt: deps.clock() }
    await db().dnsPlan.update({ where: { id: planId }, data: end })
    return
  }
  const provider = openProvider(stored, deps)
  const rowsOf = new Map((await wantedSets(domain)).map(({ name, type, rows }) => [`${name} ${type}`, rows]))
  for (const [index, set] of content.sets.entries()) {
    if (set.outcome !== null || !isEdit(set)) continue
    const movesMail = plan.movesMail && set.name === domain.name
    const rows = rowsOf.get(`${set.name} ${set.type}`) ?? []
    const isTooEarly = movesMail && set.type === 'MX' && content.sets.slice(0, index).some(hasFailed)
    set.outcome = isTooEarly
      ? { status: 'skipped', words: '' }
      : await publishPlanned(provider, set.zone ?? content.zone, set, { rows, movesMail })
    await db().dnsPlan.update({ where: { id: planId }, data: { edits: content } })
  }
  await finish(actor, planId, domain.name, content, deps)
  await observe(domain, content, deps)
}

/** True where it should have been read or written and was not: mail does not move before all else is in place. */
function hasFailed({ outcome }: PlanSet): boolean {
  return outcome !== null && !['published', 'unchanged', 'unsupported'].includes(outcome.status)
}

/** The end of a plan and its audit entry, together. */
async function finish(actor: Actor, planId: string, name: string, content: PlanContent, deps: DnsDeps): Promise<void> {
  const options = { domains: [name], action: 'dns:published', subject: name, clock: deps.clock }
  await changeMail(actor, 'dns:publish', options, async (change) => {
    const sets = content.sets.filter(isEdit).map((set) => `${set.name} ${set.type}: ${outcomeOf(set).status}`)
    change.audit({ provider: content.provider.name, sets })
    const data = { state: finalState(content.sets), finishedAt: change.now }
    await change.tx.dnsPlan.update({ where: { id: planId }, data })
  })
}

function outcomeOf({ kept, outcome }: PlanSet): PublishOutcome {
  if (outcome) return outcome
  return kept.length > 0 ? { status: 'kept', words: kept.join(', ') } : { status: 'unchanged', words: '' }
}

/** Looks at DNS and keeps with each record how its publishing went. */
async function observe(domain: DnsDomain, content: PlanContent, deps: DnsDeps): Promise<void> {
  const outcomes = new Map(content.sets.map((set) => [`${set.name} ${set.type}`, outcomeOf(set)]))
  const records = (await wantedSets(domain)).flatMap((set) => set.records)
  const byRecord = records.flatMap(({ id, name, type }) => {
    const outcome = outcomes.get(`${name} ${type}`)
    return outcome ? [[id, outcome] as const] : []
  })
  await observeAndStore(domain, records, deps, new Map(byRecord))
}

/** A plan whose making or publishing broke off for a reason of ours is over: nobody waits for it. */
export async function failDnsPlan(planId: string, clock: Clock): Promise<void> {
  await db().dnsPlan.updateMany({
    where: { id: planId, state: { in: ['making', 'confirmed'] } },
    data: { state: 'failed', words: 'unexpected', finishedAt: clock() },
  })
}
