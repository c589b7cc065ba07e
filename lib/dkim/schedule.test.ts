import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { nextRotation } from '@/lib/dkim/schedule'

const FROM = new Date('2026-11-22T12:00:00Z')
const DAY = 86_400_000

test('a rotation comes a tenth of the time earlier or later, and for one domain always the same', () => {
  for (let tries = 0; tries < 1000; tries++) {
    const id = randomUUID()
    const days = (nextRotation(id, FROM, 180).getTime() - FROM.getTime()) / DAY
    expect(days).toBeGreaterThanOrEqual(162)
    expect(days).toBeLessThanOrEqual(198)
    expect(nextRotation(id, FROM, 180)).toEqual(nextRotation(id, FROM, 180))
  }
})

test('a thousand domains taken on together are spread: no day has more than three times its share', () => {
  const days = Array.from({ length: 1000 }, () =>
    Math.floor((nextRotation(randomUUID(), FROM, 180).getTime() - FROM.getTime()) / DAY),
  )
  const busiest = Math.max(...[...Map.groupBy(days, (day) => day).values()].map((group) => group.length))
  expect(busiest).toBeLessThan((1000 / 36) * 3)
})
