import { describe, expect, test } from 'vitest'
import { boundResults } from '@/lib/checks/bound-result'
import { result, type CheckLevel, type NamedResult } from '@/lib/checks/check'
import { diffFindings, type StoredFinding } from '@/lib/checks/diff-findings'

const BEFORE = new Date('2026-11-22T06:00:00Z')
const NOW = new Date('2026-11-22T12:00:00Z')
const LATER = new Date('2026-12-22T12:00:00Z')

const seen = (level: CheckLevel, more: Partial<NamedResult> = {}): NamedResult => ({
  ...result('mx.missing', level),
  alias: '',
  ...more,
})
const stored = (level: CheckLevel, more: Partial<StoredFinding> = {}): StoredFinding => ({
  ...seen(level),
  id: 'row',
  since: BEFORE,
  acknowledgedUntil: null,
  acknowledgedLevel: null,
  alertedLevel: null,
  turns: [],
  flappingSince: null,
  ...more,
})
const diff = (rows: StoredFinding[], ...results: NamedResult[]) => diffFindings(rows, { results }, NOW)

describe('rows', () => {
  test('that say the same again only get the time, also where servers answer in another order', () => {
    const lines = { found: ['10 a.', '20 b.'], values: { most: 2, least: 1 } }
    const again = { found: ['20 b.', '10 a.'], values: { least: 1, most: 2 } }
    expect(diff([stored('ok', lines)], seen('ok', again))).toMatchObject({ same: ['row'], update: [], before: [] })
  })

  test('keep since when they have a level while what is found changes, and what was found before is kept', () => {
    const { update, before } = diff([stored('broken', { found: ['x'] })], seen('broken', { found: ['y'] }))
    expect(update).toMatchObject([{ id: 'row', since: BEFORE, found: ['y'] }])
    expect(before).toEqual([{ findingId: 'row', level: 'broken', found: ['x'] }])
  })

  test('whose level changes have it since now', () => {
    const { update, before } = diff([stored('ok')], seen('broken'))
    expect(update).toMatchObject([{ since: NOW, level: 'broken' }])
    expect(before).toMatchObject([{ level: 'ok' }])
  })

  test('whose numbers alone change make no history', () => {
    const { update, before } = diff([stored('ok', { values: { days: 1 } })], seen('ok', { values: { days: 2 } }))
    expect(update).toMatchObject([{ values: { days: 2 } }])
    expect(before).toEqual([])
  })

  test('of subjects that are gone go, but not where the check could learn nothing', () => {
    const row = stored('broken', { subject: 'mx1' })
    expect(diff([row], seen('ok')).gone).toEqual(['row'])
    const unlearned = diff([row], seen('unknown'))
    expect(unlearned).toMatchObject({ gone: [], update: [{ id: 'row', subject: 'mx1', level: 'unknown' }] })
  })

  test('of one name are not those of another', () => {
    const rows = ['', 'b.test'].map((alias) => stored('ok', { id: `of ${alias}`, alias, subject: 'mx1' }))
    const again = diff(rows, seen('unknown', { alias: 'b.test' }), seen('ok', { subject: 'mx1' }))
    expect(again.same).toEqual(['of '])
    expect(again.update).toMatchObject([{ id: 'of b.test', alias: 'b.test', subject: 'mx1', level: 'unknown' }])
    expect(again.gone).toEqual([])
  })
})

describe('people', () => {
  const told = (rows: StoredFinding[], ...results: NamedResult[]) =>
    diff(rows, ...results).crossings.map(({ subject, level }) => `${subject} ${level}`)

  test('are told when it is wrong for the second time, and once', () => {
    const first = diff([stored('ok')], seen('broken'))
    expect(first.crossings).toEqual([])
    expect(first.due).toMatchObject([{ isUnconfirmed: true }])
    const second = diff([stored('broken')], seen('broken'))
    expect(second.crossings).toMatchObject([{ level: 'broken', since: BEFORE }])
    expect(second.update).toMatchObject([{ alertedLevel: 'broken' }])
    expect(told([stored('broken', { alertedLevel: 'broken' })], seen('broken'))).toEqual([])
  })

  test('are not told of what comes and goes, nor of one wrong level after another', () => {
    expect(told([stored('broken')], seen('ok'))).toEqual([])
    expect(told([stored('broken', { alertedLevel: 'broken' })], seen('attention'))).toEqual([])
  })

  test('are told when it is fine again for the second time', () => {
    expect(told([stored('broken', { alertedLevel: 'broken' })], seen('ok'))).toEqual([])
    const second = diff([stored('ok', { alertedLevel: 'broken' })], seen('ok'))
    expect(second.crossings).toMatchObject([{ level: 'ok' }])
    expect(second.update).toMatchObject([{ alertedLevel: null }])
  })

  test('are told nothing by what could not be learned', () => {
    expect(told([stored('unknown', { alertedLevel: 'broken' })], seen('unknown'))).toEqual([])
    expect(told([stored('unknown')], seen('broken'))).toEqual([])
  })

  test('are not told how things stood when they were first looked at, but of a subject that comes later', () => {
    const first = diff([], seen('broken'))
    expect(first.create).toMatchObject([{ alertedLevel: 'broken' }])
    expect(first.due).toMatchObject([{ isUnconfirmed: false }])
    const later = diff([stored('ok')], seen('ok'), seen('broken', { subject: 'mx2' }))
    expect(later.create).toMatchObject([{ alertedLevel: null }])
    expect(later.due).toContainEqual({ level: 'broken', since: NOW, isUnconfirmed: true, isFlapping: false })
  })

  test('are not told how another name stood when it was first looked at', () => {
    const added = diff([stored('ok')], seen('ok'), seen('broken', { alias: 'b.test' }))
    expect(added.create).toMatchObject([{ alias: 'b.test', alertedLevel: 'broken' }])
    const later = diff([stored('broken', { alias: 'b.test' })], seen('broken', { alias: 'b.test' }))
    expect(later.crossings).toMatchObject([{ alias: 'b.test', level: 'broken' }])
  })

  test('are told that a subject they know of is gone', () => {
    expect(told([stored('broken', { subject: 'mx1', alertedLevel: 'broken' })], seen('ok'))).toEqual(['mx1 none'])
    expect(told([stored('broken', { subject: 'mx1' })], seen('ok'))).toEqual([])
  })
})

describe('what is acknowledged', () => {
  const acknowledged = { acknowledgedUntil: LATER, acknowledgedLevel: 'attention' as const }

  test('stays quiet until it becomes worse', () => {
    expect(diff([stored('attention', acknowledged)], seen('attention'))).toMatchObject({ crossings: [], same: ['row'] })
    const worse = diff([stored('attention', acknowledged)], seen('broken'))
    expect(worse).toMatchObject({ update: [{ isWorse: true }], crossings: [{ level: 'broken' }] })
  })

  test('stays acknowledged when it was fine or not known meanwhile', () => {
    for (const level of ['ok', 'unknown'] as const) {
      const again = diff([stored(level, acknowledged)], seen('attention'))
      expect(again).toMatchObject({ crossings: [], update: [{ isWorse: false }] })
    }
  })

  test('speaks again when its time is over', () => {
    const row = stored('attention', { acknowledgedUntil: BEFORE, acknowledgedLevel: 'attention' })
    expect(diff([row], seen('attention')).crossings).toMatchObject([{ level: 'attention' }])
  })
})

test('what the world gave is cut to what a row holds', () => {
  const long = seen('ok', {
    subject: 's'.repeat(400),
    found: Array.from({ length: 50 }, () => 'a\0\ud800'.padEnd(9_000, 'x')),
    values: { text: 'v'.repeat(900), count: 3 },
  })
  const [one] = boundResults([long])
  expect(one?.subject).toHaveLength(300)
  expect(one?.found).toHaveLength(20)
  expect(one?.found[0]).toMatch(/^a\ufffdx+$/)
  expect(one?.found[0]).toHaveLength(4_499)
  expect(one?.values).toEqual({ text: 'v'.repeat(500), count: 3 })
})

test('what one name gives too much of takes nothing from another', () => {
  const many = (alias: string) =>
    Array.from({ length: 2_000 }, (_, index) => seen('ok', { alias, subject: `${index}` }))
  const kept = boundResults([...many(''), ...many('b.test'), ...many('c.test')])
  expect(['', 'b.test', 'c.test'].map((name) => kept.filter(({ alias }) => alias === name).length)).toEqual([
    1_000, 250, 250,
  ])
})
