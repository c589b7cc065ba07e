import { expect, test } from 'vitest'
import {
  COMPROMISED_MS,
  nextKeyState,
  NOTHING_KNOWN,
  RETIRING_MS,
  REVOKED_MS,
  waitingOf,
  type KeyFacts,
  type KeyTimes,
} from '@/lib/dkim/key-state'

const NOW = new Date('2026-11-22T12:00:00Z')
const DAY = 86_400_000
const at = (ms: number) => new Date(NOW.getTime() + ms)
const key = (state: KeyTimes['state'], more: Partial<KeyTimes> = {}): KeyTimes => ({
  state,
  publishedAt: null,
  activateAfter: null,
  retiredAt: null,
  removeAfter: null,
  isSpare: false,
  compromisedAt: null,
  ...more,
})
const step = (k: KeyTimes, f: Partial<KeyFacts> = {}) => nextKeyState(k, { ...NOTHING_KNOWN, ...f }, NOW)

test('a requested key is made', () => {
  expect(step(key('requested'))).toEqual({ kind: 'generate' })
})

test.each<[Partial<KeyFacts>, string]>([
  [{}, 'record'],
  [{ authoritative: 'not-all', cacheSeconds: 60 }, 'record'],
  [{ authoritative: 'temperror', cacheSeconds: 60 }, 'servers'],
  [{ authoritative: 'all', cacheSeconds: null }, 'servers'],
])('a generated key stays with %o', (known, reason) => {
  expect(step(key('generated'), known)).toEqual({ kind: 'stay', waiting: { for: reason, until: null } })
})

test('seen at every server, it waits for what caches may still hold', () => {
  expect(step(key('generated'), { authoritative: 'all', cacheSeconds: 300 })).toEqual({
    kind: 'published',
    publishedAt: NOW,
    activateAfter: at(300_000),
  })
})

test('before its time it does not sign, whatever resolvers say', () => {
  const waiting = key('published', { publishedAt: at(-1000), activateAfter: at(1) })
  expect(step(waiting, { authoritative: 'all', resolvers: 'all', cacheSeconds: 1 })).toEqual({
    kind: 'stay',
    waiting: { for: 'caches', until: at(1) },
  })
})

const ripe = key('published', { publishedAt: at(-60_000), activateAfter: NOW })
test.each<[Partial<KeyFacts>, string]>([
  [{ authoritative: 'all', resolvers: null }, 'resolvers'],
  [{ authoritative: 'all', resolvers: 'not-all' }, 'resolvers'],
  [{ authoritative: 'all', resolvers: 'temperror' }, 'resolvers'],
  [{ authoritative: 'temperror', resolvers: 'all' }, 'servers'],
  [{ authoritative: null, resolvers: 'all' }, 'resolvers'],
])('after its time it does not sign with %o', (known, reason) => {
  expect(step(ripe, known)).toEqual({ kind: 'stay', waiting: { for: reason, until: null } })
})

test('it signs when servers and resolvers all have it', () => {
  expect(step(ripe, { authoritative: 'all', resolvers: 'all' })).toEqual({ kind: 'activate' })
})

test('a record that went away again starts anew', () => {
  expect(step(ripe, { authoritative: 'not-all', resolvers: 'all' })).toEqual({ kind: 'unpublished' })
})

test('a retiring key keeps its record at least 14 days and longer than any queue', () => {
  expect(RETIRING_MS).toBeGreaterThanOrEqual(14 * DAY)
  expect(RETIRING_MS).toBeGreaterThanOrEqual((5 + 7) * DAY)
  expect(step(key('retiring', { removeAfter: at(1) }))).toMatchObject({
    kind: 'stay',
    waiting: { for: 'queues', until: at(1) },
  })
  expect(step(key('retiring', { removeAfter: NOW }))).toEqual({ kind: 'revoke', removeAfter: at(REVOKED_MS) })
})

test('the time of a retiring key begins anew while a node still signs with it', () => {
  expect(step(key('retiring', { removeAfter: at(DAY) }), { isSigningSomewhere: true })).toEqual({
    kind: 'extend',
    removeAfter: at(RETIRING_MS),
  })
  expect(step(key('retiring', { removeAfter: at(-DAY) }), { isSigningSomewhere: true })).toMatchObject({
    kind: 'extend',
  })
  // Not written again every few seconds.
  expect(step(key('retiring', { removeAfter: at(RETIRING_MS - 60_000) }), { isSigningSomewhere: true })).toMatchObject({
    kind: 'stay',
  })
})

test('a retiring key stays while an older message is on hold, and for its whole time after that', () => {
  const due = key('retiring', { removeAfter: NOW })
  expect(step(due, { hasHeldMail: true })).toEqual({ kind: 'extend', removeAfter: at(RETIRING_MS) })
  expect(step(key('retiring', { removeAfter: at(RETIRING_MS - DAY / 2) }), { hasHeldMail: true })).toMatchObject({
    kind: 'stay',
    waiting: { for: 'held' },
  })
})

test('a compromised key is revoked as soon as nobody signs with it, and soon in any case', () => {
  const lost = (ageMs: number) =>
    key('retiring', { removeAfter: at(13 * DAY), retiredAt: at(-ageMs), compromisedAt: at(-ageMs) })
  const revoked = { kind: 'revoke', removeAfter: at(REVOKED_MS) }
  expect(step(lost(0))).toEqual(revoked)
  expect(step(lost(0), { hasHeldMail: true })).toEqual(revoked)
  expect(step(lost(COMPROMISED_MS - 1), { isSigningSomewhere: true })).not.toEqual(revoked)
  expect(step(lost(COMPROMISED_MS), { isSigningSomewhere: true })).toEqual(revoked)
})

test('a spare stays in DNS until somebody switches to it', () => {
  const everywhere = { authoritative: 'all', resolvers: 'all' } as const
  const spare = { ...ripe, isSpare: true }
  expect(step(spare, everywhere)).toEqual({ kind: 'stay', waiting: { for: 'emergency', until: null } })
  expect(step({ ...spare, activateAfter: at(1) }, everywhere)).toMatchObject({ waiting: { for: 'caches' } })
  expect(step(spare, { authoritative: 'not-all' })).toEqual({ kind: 'unpublished' })
})

test('a revoked key goes when its time is over; active and removed ones stay', () => {
  expect(step(key('revoked', { removeAfter: at(1) }))).toMatchObject({ kind: 'stay' })
  expect(step(key('revoked', { removeAfter: NOW }))).toEqual({ kind: 'remove' })
  for (const state of ['active', 'removed'] as const) expect(step(key(state))).toEqual({ kind: 'stay', waiting: null })
})

test('a page can say what is waited for without asking DNS', () => {
  expect(waitingOf(key('requested'), NOW)).toEqual({ for: 'key', until: null })
  expect(waitingOf(key('published', { activateAfter: at(5) }), NOW)).toEqual({ for: 'caches', until: at(5) })
  expect(waitingOf(key('active'), NOW)).toBeNull()
})
