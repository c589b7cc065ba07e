import { expect, test } from 'vitest'
import type { Finding } from '@/lib/dns/observe'
import { followOthers, NO_OTHERS, othersSeconds } from '@/lib/dns/others'

const DAY = 86_400
const start = new Date('2026-11-22T12:00:00Z')
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000)
const said = (state: Finding['state'], ttlSeconds: number | null = null): Finding => ({
  ...{ server: 'ns1', kind: 'authoritative', state, values: [], ttlSeconds, words: '' },
})

test('what stood there may be cached for its TTL from the look that no longer saw it, whatever is looked at later', () => {
  const first = followOthers(NO_OTHERS, [said('different', DAY)], start)
  expect(othersSeconds(first, start)).toBe(0)
  const gone = followOthers(first, [said('ok', 60)], after(100))
  expect(othersSeconds(gone, after(100))).toBe(DAY)
  const again = followOthers(gone, [said('ok', 60)], after(200))
  expect(othersSeconds(again, after(200))).toBe(DAY - 100)
  expect(followOthers(again, [said('ok', 60)], after(DAY + 100))).toEqual(NO_OTHERS)
})

test('a look that nobody answers says nothing of what is gone', () => {
  const first = followOthers(NO_OTHERS, [said('several', DAY)], start)
  const silent = followOthers(first, [said('temperror')], after(100))
  const gone = followOthers(silent, [said('ok', 60)], after(500))
  expect(othersSeconds(gone, after(500))).toBe(DAY)
})

test('absence is nothing else, and what one server has counts while others have ours', () => {
  expect(followOthers(NO_OTHERS, [said('missing', DAY)], start)).toEqual(NO_OTHERS)
  expect(followOthers(NO_OTHERS, [said('ok', 60), said('different', DAY)], start).ttlSeconds).toBe(DAY)
})
