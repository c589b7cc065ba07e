import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { applyStep, generateKey } from '@/lib/dkim/apply-step'
import { keysStillSigning } from '@/lib/dkim/facts'
import { nextKeyState, type KeyFacts } from '@/lib/dkim/key-state'
import { keySelect, type MovingKey } from '@/lib/dkim/moving-key'
import { observeKey } from '@/lib/dkim/observe-key'
import type { DnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'

const PARALLEL_DOMAINS = 4
const SECOND = 1000
const MINUTE = 60 * SECOND
/** A key goes through generated, published and active in one run where nothing has to be waited for. */
const MAX_STEPS = 4

/** How long after a look at DNS the next one is worth it: soon for a new key, rarely for one whose record nobody has put in for days. */
export function recheckMs(ageMs: number): number {
  if (ageMs < 10 * MINUTE) return 3 * SECOND
  if (ageMs < 60 * MINUTE) return 30 * SECOND
  return Math.min(ageMs / 60, 60 * MINUTE)
}

/** Whether anything can have changed for a key since it was last looked at. */
export function isDue(key: MovingKey, stillSigning: ReadonlySet<string>, now: Date): boolean {
  const checkedAt = key.records[0]?.observation?.checkedAt
  const isRested =
    !checkedAt || now.getTime() - checkedAt.getTime() >= recheckMs(now.getTime() - key.createdAt.getTime())
  switch (key.state) {
    case 'generated':
      return isRested
    case 'published':
      return (!key.activateAfter || key.activateAfter <= now) && isRested
    case 'retiring':
      return stillSigning.has(key.id) || !key.removeAfter || key.removeAfter <= now
    case 'revoked':
      return !key.removeAfter || key.removeAfter <= now
    case 'requested':
      return true
    case 'active':
    case 'removed':
      return false
  }
}

/**
 * Moves every key on its way as far as it may go (MAIL rule 31): makes requested keys, has their records published where
 * the domain has a provider, looks at DNS, activates, retires, revokes and removes. For the worker, every few seconds and
 * with `domainName` right after a change; it may be stopped anywhere and run again, or twice at once. Returns how many
 * keys changed their state. One domain's trouble is logged and does not stop the others.
 */
export async function advanceKeys(deps: DnsDeps, domainName?: string): Promise<number> {
  const keys = await db().dkimKey.findMany({
    where: {
      state: { in: ['requested', 'generated', 'published', 'retiring', 'revoked'] },
      domain: { deletedAt: null, ...(domainName !== undefined && { name: domainName }) },
    },
    select: keySelect,
    orderBy: { createdAt: 'asc' },
  })
  if (keys.length === 0) return 0
  const stillSigning = await keysStillSigning()
  const due = keys.filter((key) => isDue(key, stillSigning, deps.clock()))
  const queue = [...Map.groupBy(due, (key) => key.domain.name)]
  let moved = 0
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, domainKeys] = next
      try {
        for (const key of domainKeys) moved += await advanceKey(deps, key, stillSigning.has(key.id))
      } catch (error) {
        logger('dkim').error({ err: error, domain: name }, 'keys of this domain could not be moved on')
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_DOMAINS }, work))
  return moved
}

async function advanceKey(deps: DnsDeps, start: MovingKey, isSigningSomewhere: boolean): Promise<number> {
  const actor = systemActor('worker')
  let key = start
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const asks =
      key.state === 'generated' ||
      (key.state === 'published' && key.activateAfter !== null && key.activateAfter <= deps.clock())
    const unknown = { authoritative: null, resolvers: null, cacheSeconds: null }
    const facts: KeyFacts = { isSigningSomewhere, ...(asks ? await observeKey(actor, key, deps) : unknown) }
    // The time is taken after the look: what is waited for begins no earlier.
    const step = nextKeyState(key, facts, deps.clock())
    if (step.kind === 'stay') return steps
    const isDone =
      step.kind === 'generate' ? await generateKey(actor, key, deps) : await applyStep(actor, key, step, deps)
    // Somebody else moved it meanwhile: their next look goes on.
    if (!isDone || step.kind === 'extend') return steps
    key = await db().dkimKey.findUniqueOrThrow({ where: { id: key.id }, select: keySelect })
  }
  return MAX_STEPS
}
