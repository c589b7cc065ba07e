import { expect, test } from 'vitest'
import { addDays, daysOf, lastDays, periodBefore } from '@/lib/dmarc/period'

const NOW = new Date('2026-03-02T00:00:00.001Z')

test('ends with the day of now and has as many days as asked, over the end of a month', () => {
  const period = lastDays(3, NOW)
  expect(period).toEqual({ from: '2026-02-28', to: '2026-03-02', days: 3 })
  expect(daysOf(period)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02'])
})

test('the period before ends the day before and is as long', () => {
  expect(periodBefore(lastDays(7, NOW))).toEqual({ from: '2026-02-17', to: '2026-02-23', days: 7 })
})

test.each([
  [0, 1],
  [-4, 1],
  [Number.NaN, 1],
  [2.9, 2],
  [100_000, 366],
])('%d days are taken as %d', (days, expected) => {
  expect(lastDays(days, NOW).days).toBe(expected)
})

test('a day later is a day later on the night of a time change too', () => {
  expect(addDays('2026-03-28', 1)).toBe('2026-03-29')
  expect(addDays('2026-03-29', 1)).toBe('2026-03-30')
})
