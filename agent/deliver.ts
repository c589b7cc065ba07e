import { RELOADABLE, reloadedBy, type Reloadable } from '@/lib/agent-protocol/maps'
import type { DeliverAnswer, DeliverRequest, DomainAnswer, ReloadAnswer } from '@/lib/agent-protocol/messages'
import { PROTOCOL } from '@/lib/agent-protocol/messages'
import { reloadNote, type Agent } from './agent'
import { carryOut, readBack, undo, verifyCandidate } from './apply'
import { orderOperations } from './order'
import { planDomain, type DomainPlan } from './plan'
import { judgeRecipient } from './probe'
import { finishIntent } from './recover'
import { boundWords, Refusal } from './refusal'
import type { IntentOperation, Operation } from './store'

/** New domains of one delivery that the living server is asked about: the first ones speak for the rest. */
const MOST_PROBED = 8

/** A delivery of a state older than the one the node has. */
export class StepBack extends Error {}

type Planned = Extract<DomainPlan, { state: 'planned' }>
type Stages = Record<'check' | 'verify' | 'apply' | 'reload' | 'probe', number>

/**
 * Brings the node to a release, domain by domain: a domain that cannot be taken keeps its last good state and its answer
 * holds the program's own words; everything else goes on. Must not run twice at a time. Throws StepBack for an older
 * (epoch, release); any other error leaves an intent that the next call, or the next start, carries out or undoes.
 */
export async function deliver(agent: Agent, request: DeliverRequest): Promise<DeliverAnswer> {
  const { store } = agent
  const stages: Stages = { check: 0, verify: 0, apply: 0, reload: 0, probe: 0 }
  refuseStepBack(agent, request)
  await finishIntent(agent)

  const plans = await timed(stages, 'check', () =>
    [...Map.groupBy(request.changes, ({ domain }) => domain)].map(([domain, changes]) =>
      planDomain(store, agent.config.roles, domain, changes, request.keys),
    ),
  )
  const answers = new Map<string, DomainAnswer>()
  const answer = (plan: DomainPlan, state: DomainAnswer['state'], words: string) =>
    answers.set(plan.domain, { domain: plan.domain, state, words: boundWords(words), maps: plan.maps })

  const planned: Planned[] = []
  for (const plan of plans) {
    if (plan.state === 'planned') planned.push(plan)
    else answer(plan, plan.state, plan.words)
  }
  const applied = await applyPlans(agent, planned, stages, (plan, words) => answer(plan, 'refused', words))
  for (const plan of applied) answer(plan, 'applied', '')

  const reloads = await timed(stages, 'reload', () => reloadOwed(agent))
  if (reloads.some(({ daemon, state }) => daemon === 'postfix' && state === 'done'))
    await timed(stages, 'probe', () => probeDomains(agent, applied, stages, answer))

  const { epoch, release, auditHead } = request
  store.setPosition({ epoch, release, auditHead })
  return { protocol: PROTOCOL, epoch, release, domains: [...answers.values()], reloads, stages }
}

function refuseStepBack({ store }: Agent, { epoch, release }: DeliverRequest): void {
  const now = store.position()
  if (epoch > now.epoch || (epoch === now.epoch && BigInt(release) >= BigInt(now.release))) return
  throw new StepBack(
    `the node is at epoch ${now.epoch}, release ${now.release}; ${epoch}, ${release} would be a step back`,
  )
}

/**
 * Applies the plans together; where that fails, in halves, so that one bad domain among many is found in few steps and
 * the rest goes on. Gives the plans that are live.
 */
async function applyPlans(
  agent: Agent,
  plans: readonly Planned[],
  stages: Stages,
  refuse: (plan: Planned, words: string) => void,
): Promise<Planned[]> {
  const [first] = plans
  if (!first) return []
  try {
    await applyTogether(agent, plans, stages)
    return [...plans]
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (plans.length === 1) {
      refuse(first, error.message)
      return []
    }
    const half = Math.ceil(plans.length / 2)
    const before = await applyPlans(agent, plans.slice(0, half), stages, refuse)
    return [...before, ...(await applyPlans(agent, plans.slice(half), stages, refuse))]
  }
}

/** All of these plans or none of them: throws a Refusal when the old state is back. */
async function applyTogether(agent: Agent, plans: readonly Planned[], stages: Stages): Promise<void> {
  const { store, writers, scratch } = agent
  const operations = orderOperations(plans.flatMap((plan) => plan.operations))
  if (operations.length === 0) return
  await timed(stages, 'verify', () => verifyCandidate(writers, scratch, operations))
  await timed(stages, 'apply', async () => {
    for (const plan of plans) for (const [id, pem] of plan.keys) writers.signing.writeKey(id, pem)
    writers.onStep('before intent')
    store.openIntent(operations, daemonsToReload(agent, operations).map(reloadNote))
    writers.onStep('after intent')
    try {
      await carryOut(writers, operations)
      await readBack(writers, operations)
    } catch (error) {
      await putBack(agent, operations)
      if (error instanceof Refusal) throw error
      agent.log('error', 'apply.failed', { words: String(error) })
      throw new Refusal(error instanceof Error ? error.message : String(error), { cause: error })
    }
    writers.onStep('before commit')
    store.commitIntent(operations)
    writers.onStep('after commit')
    if (operations.some(({ map, after }) => map === 'dkim/keys' && after === null)) writers.signing.sweep(store)
  })
}

/** An error here is no refusal: the intent stays open, and the next call or start ends it before anything else. */
async function putBack({ writers, store }: Agent, operations: readonly IntentOperation[]): Promise<void> {
  try {
    await undo(writers, operations)
  } catch (cause) {
    throw new Error(`the old state could not be put back: ${String(cause)}`, { cause })
  }
  store.dropIntent()
}

function daemonsToReload({ config }: Agent, operations: readonly Operation[]): Reloadable[] {
  if (!config.roles.includes('smtp')) return []
  return RELOADABLE.filter((daemon) => operations.some(({ map }) => reloadedBy(map) === daemon))
}

/** What the intents of this delivery noted, and what earlier ones noted and no reload has done since. */
function reloadOwed({ reloads, store }: Agent): Promise<ReloadAnswer[]> {
  const owed = RELOADABLE.filter((daemon) => store.note(reloadNote(daemon)) !== null)
  return Promise.all(owed.map((daemon) => reloads.request(daemon)))
}

/**
 * Asks the living server for one address of each domain that is new. A domain that it refuses goes back to its old
 * state; where it cannot be asked, or a policy says to wait, the words say so and the domain stays.
 */
async function probeDomains(
  agent: Agent,
  plans: readonly Planned[],
  stages: Stages,
  answer: (plan: DomainPlan, state: DomainAnswer['state'], words: string) => void,
): Promise<void> {
  const { config, store } = agent
  const server = config.listen.smtp
  if (!server) return
  const probes = plans.flatMap((plan) => {
    const address = addressToProbe(agent, plan)
    return address === null ? [] : [{ plan, address }]
  })
  for (const { plan, address } of probes.slice(0, MOST_PROBED)) {
    const verdict = await judgeRecipient(server, config.hostName, address)
    if (verdict.state !== 'refused') {
      answer(plan, 'applied', verdict.words)
      continue
    }
    const back = plan.operations.map((one) => ({ ...one, before: one.after, after: one.before }))
    await applyTogether(agent, [{ ...plan, operations: back, keys: new Map() }], stages)
    await reloadOwed(agent)
    answer(plan, 'refused', verdict.words)
    agent.log('error', 'probe.refused', { domain: plan.domain, release: store.position().release })
  }
}

function addressToProbe({ store }: Agent, { domain, operations }: Planned): string | null {
  const isNew = operations.some(({ map, before, after }) => map === 'smtp/domains' && before === null && after !== null)
  if (!isNew) return null
  const candidate = operations.find(
    ({ map, key, after }) =>
      after !== null &&
      (map === 'smtp/mailboxes' || (map === 'smtp/aliases' && !key.startsWith('@'))) &&
      store.get('smtp/access', domain, key) === null,
  )
  return candidate?.key ?? null
}

async function timed<T>(stages: Stages, stage: keyof Stages, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now()
  try {
    return await work()
  } finally {
    stages[stage] = Math.round((stages[stage] + performance.now() - start) * 10) / 10
  }
}
