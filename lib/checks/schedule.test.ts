import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { CheckLevel } from '@/lib/checks/check'
import { nextCheck, PERIOD_MILLISECONDS, regularTurn } from '@/lib/checks/schedule'

const NOW = new Date('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds)
const minutesUntil = (level: CheckLevel, age: number, isUnconfirmed = false, isFlapping = false) =>
  (nextCheck('id', [{ level, since: ago(age), isUnconfirmed, isFlapping }], NOW).getTime() - NOW.getTime()) / MINUTE

test('what was checked together is spread evenly over the next period', () => {
  const turns = Array.from({ length: 4_000 }, () => regularTurn(randomUUID(), NOW).getTime() - NOW.getTime())
  const [least, most] = [Math.min(...turns), Math.max(...turns)]
  expect(least).toBeGreaterThan(PERIOD_MILLISECONDS / 2)
  expect(most).toBeLessThanOrEqual(PERIOD_MILLISECONDS * 1.5)
  const tenths = Array.from({ length: 10 }, (_, tenth) => {
    const from = PERIOD_MILLISECONDS * (0.5 + tenth / 10)
    return turns.filter((turn) => turn > from && turn <= from + PERIOD_MILLISECONDS / 10).length
  })
  for (const count of tenths) expect(count).toBeGreaterThan(300)
})

test('a turn that was kept leads to the next one a period later', () => {
  const turn = regularTurn('a', NOW)
  expect(regularTurn('a', turn).getTime() - turn.getTime()).toBe(PERIOD_MILLISECONDS)
  const late = new Date(turn.getTime() + 10 * MINUTE)
  expect(regularTurn('a', late).getTime() - turn.getTime()).toBe(PERIOD_MILLISECONDS)
})

test('what waits is looked at after half a minute, then in growing steps', () => {
  expect([0, 0.5, 4, 20, 600].map((age) => minutesUntil('waiting', age * MINUTE))).toEqual([0.5, 0.5, 4, 20, 30])
})

test('what is not known is asked again less and less often, down to the regular turn', () => {
  expect([0, 30].map((age) => minutesUntil('unknown', age * MINUTE))).toEqual([10, 30])
  expect(minutesUntil('unknown', 30 * 24 * 60 * MINUTE)).toBeGreaterThan(180)
})

test('a change is looked at again in five minutes before anybody is told', () => {
  expect(minutesUntil('broken', 0, true)).toBe(5)
  expect(minutesUntil('broken', 0)).toBeGreaterThan(180)
})

test('what comes and goes is looked at at its regular turn, whatever it says', () => {
  for (const level of ['waiting', 'unknown', 'broken'] as const)
    expect(minutesUntil(level, 0, true, true)).toBeGreaterThan(180)
})
