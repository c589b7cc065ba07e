import { expect, it } from 'vitest'
import { lastDue, lastWeek } from '@/lib/digest/week'

it.each([
  ['2026-11-23T05:59:59Z', '2026-11-16T06:00:00.000Z'],
  ['2026-11-23T06:00:00Z', '2026-11-23T06:00:00.000Z'],
  ['2026-11-25T12:00:00Z', '2026-11-23T06:00:00.000Z'],
  ['2026-11-29T23:59:59Z', '2026-11-23T06:00:00.000Z'],
  ['2027-01-01T00:00:00Z', '2026-12-28T06:00:00.000Z'],
])('at %s the last digest was due at %s', (now, due) => {
  expect(lastDue(new Date(now)).toISOString()).toBe(due)
})

it.each([
  ['2026-11-22T23:59:59Z', '2026-11-09', '2026-11-15'],
  ['2026-11-23T00:00:00Z', '2026-11-16', '2026-11-22'],
  ['2026-11-23T06:00:00Z', '2026-11-16', '2026-11-22'],
  ['2027-01-02T00:00:00Z', '2026-12-21', '2026-12-27'],
])('at %s the last full week is %s to %s', (now, from, to) => {
  expect(lastWeek(new Date(now))).toEqual({ from, to, days: 7 })
})
