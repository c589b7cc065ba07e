import { expect, test } from 'vitest'
import { nextKeyState, RETIRING_MS, REVOKED_MS, waitingOf, type KeyFacts, type KeyTimes } from '@/lib/dkim/key-state'

const NOW = new Date('2026-11-22T12:00:00Z')
const DAY = 86_400_000
const at = (ms: number) => new Date(NOW.getTime() + ms)
const key = (state: KeyTimes['state'], more: Partial<KeyTimes> = {}): KeyTimes => ({
  state,
  publishedAt: null,
  activateAfter: null,
  removeAfter: null,
  ...more,
})
const facts = (more: Partial<KeyFacts> = {}): KeyFacts => ({
  authoritative: null,
  resolvers: null,
  cacheSeconds: null,
  isSigningSomewhere: false,
  ...more,
})
const step = (k: KeyTimes, f: Partial<KeyFacts> = {}) => nextKeyState(k, facts(f), NOW)

test('a requested key is made', () => {
  expect(step(key('requested'))).toEqual({ kind: 'generate' })
})

test.each<[Partial<KeyFacts>, string]>([
  [{}, 'record'],
  [{ authoritative: 'not-all', cacheSeconds: 60 }, 'record'],
  [{ authoritative: 'temperror', cacheSeconds: 60 }, 'servers'],
  [{ authoritative: 'all', cacheSeconds: null }, 'record'],
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
