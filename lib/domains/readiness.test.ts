import { expect, it } from 'vitest'
import { judgeReadiness, type ReadinessFacts } from '@/lib/domains/readiness'

type Row = ReadinessFacts['records'][number]
const row = (purpose: string, state: string | null, more: Partial<Row> = {}): Row => ({
  ...{ purpose, state, need: 'required', isHeld: false },
  ...more,
})
const all = (state: string | null): Row[] => ['mx', 'spf', 'dkim', 'dmarc'].map((purpose) => row(purpose, state))
const facts = (changes: Partial<ReadinessFacts> = {}): ReadinessFacts => ({
  refusingNodes: [],
  suspendMode: null,
  isParked: false,
  records: all('ok'),
  keyStates: ['active'],
  lastTest: { state: 'passed', grade: 'inside', isStandIn: false, finishedAt: new Date(0) },
  ...changes,
})

it('calls a domain ready only after a passed test, and names its grade', () => {
  expect(judgeReadiness(facts())).toMatchObject({ level: 'ok', code: 'ready', grade: 'inside' })
  expect(judgeReadiness(facts({ lastTest: null }))).toMatchObject({ level: 'waiting', code: 'unproven', grade: null })
})

it('says when only a stand-in for a mailbox elsewhere has seen the proof', () => {
  const lastTest = { state: 'passed', grade: 'outside', isStandIn: true, finishedAt: new Date(0) }
  expect(judgeReadiness(facts({ lastTest }))).toMatchObject({ code: 'ready', grade: 'standIn' })
  expect(judgeReadiness(facts({ lastTest: { ...lastTest, isStandIn: false } }))).toMatchObject({ grade: 'outside' })
})

it('is broken while a node refuses its last change, whatever was proven before', () => {
  expect(judgeReadiness(facts({ refusingNodes: ['mx1'] }))).toMatchObject({
    level: 'broken',
    code: 'refused',
    nodes: ['mx1'],
  })
})

it('is broken by a missing record', () => {
  const records = [...all('ok').slice(1), row('mx', 'missing')]
  expect(judgeReadiness(facts({ records }))).toMatchObject({
    level: 'broken',
    code: 'records-wrong',
    wrong: 1,
    total: 4,
  })
})

it('is never broken by a question that nobody answered', () => {
  expect(judgeReadiness(facts({ records: all('temperror') }))).toMatchObject({
    level: 'unknown',
    code: 'records-unknown',
  })
  expect(judgeReadiness(facts({ records: all(null) }))).toMatchObject({ level: 'unknown' })
})

it('is at most worth attention while the MX leads elsewhere', () => {
  const records = [...all('ok').slice(1), row('mx', 'different')]
  expect(judgeReadiness(facts({ records }))).toMatchObject({ level: 'attention', code: 'mx-elsewhere' })
})

it('is not ready while its key does not sign, whatever a test once said', () => {
  expect(judgeReadiness(facts({ keyStates: ['published'] }))).toMatchObject({ level: 'waiting', code: 'key-waiting' })
})

it.each(['missing', 'different', 'several'])('does not ask for an MX that is held back: %s', (state) => {
  const records = [...all('ok').slice(1), row('mx', state, { isHeld: true })]
  expect(judgeReadiness(facts({ records }))).toMatchObject({ level: 'attention', code: 'mx-elsewhere' })
})

it('is ready without what is only recommended or optional', () => {
  const records = [
    ...all('ok'),
    row('own', 'missing', { need: 'recommended' }),
    row('autoconfig', 'missing', { need: 'recommended' }),
    row('withdrawn', 'different', { need: 'optional' }),
    row('srv', null, { need: 'optional' }),
  ]
  expect(judgeReadiness(facts({ records }))).toMatchObject({ code: 'ready', total: 4 })
})

it('asks neither key nor proof of a parked domain, but its records', () => {
  const parked = facts({ isParked: true, keyStates: [], lastTest: null })
  expect(judgeReadiness(parked)).toMatchObject({ level: 'ok', code: 'parked' })
  expect(judgeReadiness({ ...parked, records: all('missing') })).toMatchObject({ code: 'records-wrong' })
})
