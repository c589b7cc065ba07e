import { expect, test } from 'vitest'
import { changePolicy } from '@/lib/dns/change-policy'
import { parseDnsPolicy, type DnsPolicy } from '@/lib/dns/policy'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const DAY = 86_400
const after = (days: number) => new Date(NOW.getTime() + days * DAY * 1000)

const policy = (mtaSts: object = {}): DnsPolicy => parseDnsPolicy({ mtaSts })
const to = (mode: DnsPolicy['mtaSts']['mode'], maxAgeSeconds = 7 * DAY) => ({
  ...policy(),
  mtaSts: { mode, maxAgeSeconds },
})

function changed(before: DnsPolicy, input: ReturnType<typeof to>, now = NOW): DnsPolicy {
  const change = changePolicy(before, input, now)
  if (change.status !== 'changed') throw new Error(`held until ${change.until.toISOString()}`)
  return change.policy
}

test('what does not touch MTA-STS leaves its times and its id', () => {
  const before = policy({ mode: 'testing', id: 'abc', changedAt: '2026-01-01T00:00:00.000Z' })
  const next = changed(before, { ...to('testing'), clients: false })
  expect(next).toEqual({ ...before, clients: false })
  const off = policy({ mode: 'off' })
  expect(changed(off, to('off', 30 * DAY)).mtaSts).toEqual({ ...off.mtaSts, maxAgeSeconds: 30 * DAY })
})

test('a change of mode or age says when', () => {
  expect(changed(policy(), to('testing')).mtaSts).toMatchObject({ changedAt: NOW.toISOString(), heldUntil: '' })
  const testing = policy({ mode: 'testing' })
  expect(changed(testing, to('testing', 30 * DAY)).mtaSts.changedAt).toBe(NOW.toISOString())
})

test('an enforced policy cannot be switched off before senders have forgotten it', () => {
  const enforced = policy({ mode: 'enforce', maxAgeSeconds: 7 * DAY })
  expect(changePolicy(enforced, to('off'), NOW)).toEqual({ status: 'held', until: after(7) })
  const none = changed(enforced, to('none', DAY))
  expect(none.mtaSts.heldUntil).toBe(after(7).toISOString())
  expect(changePolicy(none, to('off'), after(6.9))).toEqual({ status: 'held', until: after(7) })
  expect(changed(none, to('off'), after(7)).mtaSts.mode).toBe('off')
})

test('a shorter age does not shorten what is held already', () => {
  const enforced = policy({ mode: 'enforce', maxAgeSeconds: 30 * DAY })
  const shorter = changed(enforced, to('enforce', DAY))
  const none = changed(shorter, to('none', DAY), after(1))
  expect(none.mtaSts.heldUntil).toBe(after(30).toISOString())
})

test('a policy that was only tested is switched off at once', () => {
  expect(changed(policy({ mode: 'testing' }), to('off')).mtaSts.mode).toBe('off')
})
