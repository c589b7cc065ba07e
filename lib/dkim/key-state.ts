import type { DkimKeyState } from '@/lib/db/generated/enums'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** Longest time a message may wait in a queue of ours (`maximal_queue_lifetime`), and what is added for those after us. */
const QUEUE_DAYS = 5
const BEYOND_QUEUE_DAYS = 7
/** A key's record outlives its last signature by this much (MAIL rule 31). */
export const RETIRING_MS = Math.max(14, QUEUE_DAYS + BEYOND_QUEUE_DAYS) * DAY_MS
/** How long `p=` says that the key is withdrawn before the name is empty. */
export const REVOKED_MS = 14 * DAY_MS
/** A compromised key is revoked when no node signs with it any more, and after this in any case. */
export const COMPROMISED_MS = 10 * 60 * 1000

/** A key as its row has it. */
export interface KeyTimes {
  state: DkimKeyState
  publishedAt: Date | null
  activateAfter: Date | null
  retiredAt: Date | null
  removeAfter: Date | null
  /** It stays published until somebody switches to it. */
  isSpare: boolean
  compromisedAt: Date | null
}

/** What is known of a key's surroundings. DNS facts are null where nobody has asked (yet). */
export interface KeyFacts {
  /** What the zone's servers say: all have the record, none or not all, or it could not be learned. */
  authoritative: 'all' | 'not-all' | 'temperror' | null
  resolvers: 'all' | 'not-all' | 'temperror' | null
  /** Longest time a cache may hold an earlier answer: the record's TTL, the negative TTL of its zone, the TTL of anything else that was seen there. */
  cacheSeconds: number | null
  /** A node still signs with it, or may: it has not confirmed the release that took the key away. */
  isSigningSomewhere: boolean
  /** A message that came in before the key retired is on hold somewhere: it may be signed with it. */
  hasHeldMail: boolean
}

/** What is known before anybody has asked. */
export const NOTHING_KNOWN: KeyFacts = {
  authoritative: null,
  resolvers: null,
  cacheSeconds: null,
  isSigningSomewhere: false,
  hasHeldMail: false,
}

/** What a key waits for, for people; `until` where that is known. */
export interface Waiting {
  for: 'key' | 'record' | 'servers' | 'caches' | 'resolvers' | 'queues' | 'nodes' | 'held' | 'emergency' | 'revocation'
  until: Date | null
}

/** What to do with a key now. Closed: the caller writes the row, everything else is decided here. */
export type KeyStep =
  | { kind: 'stay'; waiting: Waiting | null }
  | { kind: 'generate' }
  | { kind: 'published'; publishedAt: Date; activateAfter: Date }
  | { kind: 'unpublished' }
  | { kind: 'activate' }
  | { kind: 'extend'; removeAfter: Date }
  | { kind: 'revoke'; removeAfter: Date }
  | { kind: 'remove' }

function stay(reason: Waiting['for'], until: Date | null = null): KeyStep {
  return { kind: 'stay', waiting: { for: reason, until } }
}

/**
 * `generated` until every authoritative server has the record; from then caches may still say what was there before: that
 * there is nothing (negative TTL, RFC 2308) or something else (its TTL). Both run from the same moment, so the longer one
 * is waited for.
 */
function afterGenerated(facts: KeyFacts, now: Date): KeyStep {
  if (facts.authoritative === 'temperror') return stay('servers')
  if (facts.authoritative !== 'all') return stay('record')
  if (facts.cacheSeconds === null) return stay('servers')
  return { kind: 'published', publishedAt: now, activateAfter: new Date(now.getTime() + facts.cacheSeconds * 1000) }
}

function afterPublished(key: KeyTimes, facts: KeyFacts, now: Date): KeyStep {
  // A record that went away again starts anew: absence may be cached anywhere.
  if (facts.authoritative === 'not-all') return { kind: 'unpublished' }
  if (!key.activateAfter || now < key.activateAfter) return stay('caches', key.activateAfter)
  if (key.isSpare) return stay('emergency')
  if (facts.authoritative === 'temperror') return stay('servers')
  return facts.authoritative === 'all' && facts.resolvers === 'all' ? { kind: 'activate' } : stay('resolvers')
}

/** What a key waits for that nobody has asked DNS about now: for a page, from its row alone. */
export function waitingOf(key: KeyTimes, now: Date): Waiting | null {
  if (key.state === 'requested') return { for: 'key', until: null }
  const step = nextKeyState(key, NOTHING_KNOWN, now)
  return step.kind === 'stay' ? step.waiting : null
}

/** Whoever has the private part signs on: waiting for mail on its way would help him, too. */
function isToBeRevokedNow(key: KeyTimes, facts: KeyFacts, now: Date): boolean {
  if (!key.compromisedAt) return false
  return !facts.isSigningSomewhere || !key.retiredAt || now.getTime() - key.retiredAt.getTime() >= COMPROMISED_MS
}

function afterRetiring(key: KeyTimes, facts: KeyFacts, now: Date): KeyStep {
  const revoke: KeyStep = { kind: 'revoke', removeAfter: new Date(now.getTime() + REVOKED_MS) }
  if (isToBeRevokedNow(key, facts, now)) return revoke
  // The time runs from the last signature that may still go out: while a node may sign it has not begun.
  if (facts.isSigningSomewhere || facts.hasHeldMail) {
    const removeAfter = new Date(now.getTime() + RETIRING_MS)
    const grain = facts.isSigningSomewhere ? HOUR_MS : DAY_MS
    const isNear = !key.removeAfter || removeAfter.getTime() - key.removeAfter.getTime() > grain
    return isNear ? { kind: 'extend', removeAfter } : stay(facts.isSigningSomewhere ? 'nodes' : 'held')
  }
  if (!key.removeAfter || now < key.removeAfter) return stay('queues', key.removeAfter)
  return revoke
}

/** The one next step of a key (MAIL rule 31). Pure: same key, facts and time, same step. */
export function nextKeyState(key: KeyTimes, facts: KeyFacts, now: Date): KeyStep {
  switch (key.state) {
    case 'requested':
      return { kind: 'generate' }
    case 'generated':
      return afterGenerated(facts, now)
    case 'published':
      return afterPublished(key, facts, now)
    case 'active':
    case 'removed':
      return { kind: 'stay', waiting: null }
    case 'retiring':
      return afterRetiring(key, facts, now)
    case 'revoked':
      if (key.removeAfter && now < key.removeAfter) return stay('revocation', key.removeAfter)
      return { kind: 'remove' }
  }
}
