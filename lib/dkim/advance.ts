import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { applyStep, generateKey, publishKeyRecord } from '@/lib/dkim/apply-step'
import type { Prisma } from '@/lib/db/generated/client'
import { keysStillSigning, oldestHeldAt } from '@/lib/dkim/facts'
import { nextKeyState, NOTHING_KNOWN, REVOKED_MS, type KeyFacts } from '@/lib/dkim/key-state'
import { isPublishedByUs, keySelect, type MovingKey } from '@/lib/dkim/moving-key'
import { observeKey } from '@/lib/dkim/observe-key'
import type { DnsDeps } from '@/lib/dns/deps'
import { parseFound } from '@/lib/dns/found'
import { logger } from '@/lib/logger/logger'

const PARALLEL_DOMAINS = 4
const SECOND = 1000
const MINUTE = 60 * SECOND
/** A key goes through generated, published and active in one run where nothing has to be waited for. */
const MAX_STEPS = 4

/** How long after a look at DNS the next one is worth it: soon for a new key, rarely for one whose record nobody has put in for days. */
function recheckMs(ageMs: number): number {
  if (ageMs < 10 * MINUTE) return 3 * SECOND
  if (ageMs < 60 * MINUTE) return 30 * SECOND
  return Math.min(ageMs / 60, 60 * MINUTE)
}

/** What is known of all nodes together. */
interface Surroundings {
  stillSigning: ReadonlySet<string>
  /** When the oldest message came in that is on hold anywhere. */
  heldAt: Date | null
}

/** True where `last` is long enough ago for what has been waited for since `from`. */
function isLongAgo(last: Date, from: Date, now: Date): boolean {
  return now.getTime() - last.getTime() >= recheckMs(now.getTime() - from.getTime())
}

/** True where the last look at a key's record is long enough ago for what it waits for since `from`. */
function isRested(key: MovingKey, from: Date, now: Date): boolean {
  const checkedAt = key.records[0]?.observation?.checkedAt
  return !checkedAt || isLongAgo(checkedAt, from, now)
}

/** True where a revocation that we publish has not been seen, and was not tried a moment ago: looks do not count as tries. */
function isRevocationDue(key: MovingKey, now: Date): boolean {
  const [record] = key.records
  if (key.state !== 'revoked' || !record || !isPublishedByUs(key)) return false
  // Its server may sign with it still: a person decides, by a plan.
  if (key.isImported && !key.compromisedAt) return false
  if (record.observation?.state === 'ok') return false
  const tried = record.observation && parseFound(record.observation.found).publish
  const revokedAt = new Date((key.removeAfter?.getTime() ?? now.getTime()) - REVOKED_MS)
  return !tried || isLongAgo(new Date(tried.at), revokedAt, now)
}

/** A check came upon the record, lately, before we did. What stands in our zone says nothing of the domain's own. */
function isSeen(key: MovingKey, now: Date): boolean {
  const seen = key.records[0]?.observation
  return key.slot === null && seen?.state === 'ok' && isRested(key, seen.since, now)
}

/** Of keys that {@link whereDue} found: whether DNS is to be asked again already. */
function isDue(key: MovingKey, now: Date): boolean {
  switch (key.state) {
    case 'generated':
      return isSeen(key, now) || isRested(key, key.createdAt, now)
    case 'published':
      return isRested(key, key.activateAfter ?? key.createdAt, now)
    case 'revoked':
      return isRevocationDue(key, now) || !key.removeAfter || key.removeAfter <= now
    default:
      return true
  }
}

/** Keys for which something can have changed, so that those that only wait cost nothing. */
function whereDue({ stillSigning, heldAt }: Surroundings, now: Date): Prisma.DkimKeyWhereInput {
  const isOver = [{ removeAfter: null }, { removeAfter: { lte: now } }]
  // The checks look at every record now and then: a spare that they miss in DNS begins anew.
  const isLost = {
    records: { some: { purpose: 'dkim', observation: { state: { in: ['missing', 'different', 'several'] } } } },
  }
  const isNotSeen = { observation: { state: { not: 'ok' } } }
  return {
    OR: [
      { state: { in: ['requested', 'generated'] } },
      { state: 'published', isSpare: false, OR: [{ activateAfter: null }, { activateAfter: { lte: now } }] },
      { state: 'published', isSpare: true, ...isLost },
      {
        state: 'retiring',
        OR: [
          ...isOver,
          { compromisedAt: { not: null } },
          { id: { in: [...stillSigning] } },
          ...(heldAt ? [{ retiredAt: { gte: heldAt } }] : []),
        ],
      },
      {
        state: 'revoked',
        OR: [...isOver, { records: { some: { purpose: 'dkim', OR: [{ observation: null }, isNotSeen] } } }],
      },
    ],
  }
}

/**
 * Moves every key on its way as far as it may go (MAIL rule 31): makes requested keys, has their records published where
 * the domain has a provider, looks at DNS, activates, retires, revokes and removes. For the worker, every few seconds and
 * with `domainName` right after a change or when somebody asks, whenever the last look was; it may be stopped anywhere and
 * run again, or twice at once. Returns how many keys changed their state. One key's trouble is logged and does not stop the
 * others.
 */
export async function advanceKeys(deps: DnsDeps, domainName?: string): Promise<number> {
  const around: Surroundings = { stillSigning: await keysStillSigning(), heldAt: await oldestHeldAt() }
  const isOfDomain = { domain: { deletedAt: null, ...(domainName !== undefined && { name: domainName }) } }
  const keys = await db().dkimKey.findMany({
    where: { AND: [isOfDomain, whereDue(around, deps.clock())] },
    select: keySelect,
    orderBy: { createdAt: 'asc' },
  })
  const due = keys.filter((key) => domainName !== undefined || isDue(key, deps.clock()))
  const queue = [...Map.groupBy(due, (key) => key.domain.name)]
  let moved = 0
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [domain, domainKeys] = next
      for (const key of domainKeys) {
        try {
          moved += await advanceKey(deps, key, around)
        } catch (error) {
          logger('dkim').error({ err: error, domain, selector: key.selector }, 'a key could not be moved on')
        }
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL_DOMAINS }, work))
  return moved
}

async function advanceKey(deps: DnsDeps, start: MovingKey, { stillSigning, heldAt }: Surroundings): Promise<number> {
  const actor = systemActor('worker')
  let key = start
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    if (isRevocationDue(key, deps.clock())) await publishKeyRecord(actor, key, deps)
    const asks =
      key.state === 'generated' ||
      (key.state === 'published' && key.activateAfter !== null && key.activateAfter <= deps.clock())
    const facts: KeyFacts = {
      ...NOTHING_KNOWN,
      isSigningSomewhere: stillSigning.has(key.id),
      hasHeldMail: heldAt !== null && key.retiredAt !== null && heldAt <= key.retiredAt,
      ...(asks ? await observeKey(actor, key, deps) : {}),
    }
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
