import { describe, expect, test } from 'vitest'
import { result, type CheckLevel, type NamedResult } from '@/lib/checks/check'
import { diffFindings, type StoredFinding } from '@/lib/checks/diff-findings'
import { nextCheck } from '@/lib/checks/schedule'
import type { Crossing } from '@/lib/checks/tell'

const START = new Date('2026-11-22T12:00:00Z').getTime()
const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

/** What the world shows at the n-th look, at a time counted from the start. */
type WorldAt = (look: number, milliseconds: number) => CheckLevel

/** One finding over days of looks, each when the one before asked for it. */
function live(days: number, world: WorldAt) {
  const looks: number[] = []
  const told: (Crossing & { at: number })[] = []
  let changes = 0
  let row: StoredFinding | null = null
  for (let at = 0; at < days * DAY;) {
    const now = new Date(START + at)
    const seen: NamedResult = { ...result('mx.missing', world(looks.length, at)), alias: '' }
    const diff = diffFindings(row ? [row] : [], { results: [seen] }, now)
    looks.push(at)
    told.push(...diff.crossings.map((one) => ({ ...one, at })))
    changes += diff.before.length
    const next = diff.update[0] ?? diff.create[0]
    const plain = { acknowledgedUntil: null, acknowledgedLevel: null }
    if (next) row = { ...plain, ...next, id: 'row' }
    at = nextCheck('an id', diff.due, now).getTime() - START
  }
  const within = (from: number, to: number) => looks.filter((at) => at >= from * DAY && at < to * DAY).length
  return {
    told,
    changes,
    looksWithin: within,
    words: told.map(({ level, isFlapping }) => (isFlapping ? 'flaps' : level)),
  }
}

const by = (...levels: [CheckLevel, ...CheckLevel[]]): WorldAt => {
  return (look) => levels[look % levels.length] ?? levels[0]
}
/** The same noise in every run. */
const noise =
  (...levels: [CheckLevel, ...CheckLevel[]]): WorldAt =>
  (look) =>
    levels[((Math.imul(look + 1, 2_654_435_761) >>> 0) >> 7) % levels.length] ?? levels[0]

describe('what comes and goes', () => {
  test.each<[string, WorldAt]>([
    ['fine and wrong by turns', by('ok', 'broken')],
    ['wrong and fine, twice each', by('ok', 'ok', 'broken', 'broken')],
    ['wrong and not known by turns', by('ok', 'broken', 'unknown')],
    ['wrong and waiting by turns', by('waiting', 'broken')],
  ])('is told once as such, whatever follows: %s', (_name, world) => {
    const { told, words, looksWithin, changes } = live(30, world)
    expect(words.filter((word) => word === 'flaps')).toHaveLength(1)
    expect(words.at(-1)).toBe('flaps')
    // Before it counts as that: a change each time, and at most one told of every two.
    expect(told.length).toBeLessThanOrEqual(5)
    expect(looksWithin(3, 30)).toBeLessThanOrEqual(27 * 4 + 1)
    expect(changes).toBeLessThanOrEqual(130)
  })

  test('without any order is told now and then, and looked at little more than at its turns', () => {
    const { told, words, looksWithin } = live(300, noise('ok', 'broken', 'unknown', 'waiting', 'attention'))
    expect(words.filter((word) => word === 'flaps').length).toBeGreaterThan(0)
    expect(told.length).toBeLessThanOrEqual(60)
    expect(looksWithin(0, 300)).toBeLessThanOrEqual(300 * 5)
  })

  test('and is never wrong is not told, and not looked at all the time either', () => {
    const { told, looksWithin } = live(30, by('waiting', 'unknown'))
    expect(told).toEqual([])
    expect(looksWithin(1, 30)).toBeLessThanOrEqual(29 * 4 + 1)
  })

  test.each<[CheckLevel, string[]]>([
    ['broken', ['flaps', 'broken']],
    ['ok', ['flaps', 'ok']],
  ])('and then stays %s is told to have settled, a day later', (end, expected) => {
    const { told, words } = live(10, (look, at) => (at < 3 * DAY ? (look % 2 === 0 ? 'ok' : 'broken') : end))
    expect(words).toEqual(expected)
    const [, settled] = told
    expect(settled?.at).toBeGreaterThanOrEqual(4 * DAY - 6 * HOUR)
    expect(settled?.at).toBeLessThanOrEqual(4 * DAY + 6 * HOUR)
  })

  test('is told anew where it begins anew after it had settled', () => {
    const { words } = live(20, (look, at) => (at > 4 * DAY && at < 10 * DAY ? 'ok' : look % 2 === 0 ? 'ok' : 'broken'))
    expect(words).toEqual(['flaps', 'ok', 'flaps'])
  })
})

test('an outage a day is no flapping: each is told, and its end', () => {
  const { words } = live(5, (_look, at) => (at % DAY > 8 * HOUR && at % DAY < 16 * HOUR ? 'broken' : 'ok'))
  expect(words).toEqual(Array.from({ length: 5 }, () => ['broken', 'ok']).flat())
})
