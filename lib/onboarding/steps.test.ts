import { expect, test } from 'vitest'
import { isOnWay, nextStep, onboardingSteps, type OnboardingFacts } from '@/lib/onboarding/steps'

const record = (purpose: string, state: string | null, isHeld = false) =>
  ({ purpose, need: 'required', isHeld, state }) as OnboardingFacts['records'][number]
const facts = (more: Partial<OnboardingFacts> = {}): OnboardingFacts => ({
  records: [record('mx', 'ok'), record('spf', 'ok')],
  foreignMx: [],
  mx: 'here',
  hasMoved: false,
  keyStates: ['active'],
  mailboxCount: 1,
  lastTest: { state: 'passed' },
  ...more,
})
const next = (more: Partial<OnboardingFacts>) => nextStep(onboardingSteps(facts(more)))

test('a new domain that nobody asked about is looked at first', () => {
  const steps = onboardingSteps(
    facts({ records: [record('mx', null)], keyStates: ['requested'], mailboxCount: 0, lastTest: null }),
  )
  expect(steps).toEqual([
    { key: 'name', state: 'done' },
    { key: 'look', state: 'now' },
    { key: 'publish', state: 'later' },
    { key: 'sign', state: 'later' },
    { key: 'people', state: 'later' },
    { key: 'proof', state: 'later' },
  ])
})

test('each thing that is missing is the next step, the earliest first', () => {
  expect(next({ records: [] })).toEqual({ key: 'look', state: 'now' })
  expect(next({ records: [record('mx', 'missing')], keyStates: [] })).toEqual({ key: 'publish', state: 'now' })
  expect(next({ records: [record('spf', 'propagating')] })).toEqual({ key: 'publish', state: 'now' })
  expect(next({ keyStates: ['published'] })).toEqual({ key: 'sign', state: 'now' })
  expect(next({ mailboxCount: 0 })).toEqual({ key: 'people', state: 'now' })
  expect(next({ lastTest: null })).toEqual({ key: 'proof', state: 'now' })
  expect(next({ lastTest: { state: 'failed' } })).toEqual({ key: 'proof', state: 'failed' })
  expect(next({})).toBeNull()
})

test('mail that goes elsewhere is moved when all else is ready, and proven after that', () => {
  const moving = {
    mx: 'later' as const,
    foreignMx: ['10 mx.old.test.'],
    records: [record('mx', 'different', true), record('spf', 'ok')],
    lastTest: null,
  }
  expect(next({ ...moving, mailboxCount: 0 })).toEqual({ key: 'people', state: 'now' })
  expect(next(moving)).toEqual({ key: 'move', state: 'now' })
  expect(next({ ...moving, mx: 'here', foreignMx: [] })).toEqual({ key: 'proof', state: 'now' })
})

test('a domain with an MX of another server is not stuck at its own: moving is a step of its own', () => {
  const elsewhere = { foreignMx: ['10 mx.old.test.'], records: [record('mx', 'different'), record('spf', 'ok')] }
  expect(next(elsewhere)).toEqual({ key: 'move', state: 'now' })
  expect(next({ ...elsewhere, foreignMx: ['0 .'] })).toEqual({ key: 'move', state: 'now' })
  expect(next({ ...elsewhere, records: [record('mx', 'different'), record('spf', 'missing')] })).toEqual({
    key: 'publish',
    state: 'now',
  })
})

test('mail that was just moved is waited for in the step that moved it, which stays', () => {
  const moved = { hasMoved: true, lastTest: null }
  const seenBySome = { ...moved, records: [record('mx', 'propagating'), record('spf', 'ok')] }
  expect(next(seenBySome)).toEqual({ key: 'move', state: 'now' })
  expect(onboardingSteps(facts(moved)).slice(-2)).toEqual([
    { key: 'move', state: 'done' },
    { key: 'proof', state: 'now' },
  ])
})

test('there is nothing to do but wait while what is not seen by all is published', () => {
  expect(isOnWay([{ state: 'ok' }, { state: 'propagating' }])).toBe(true)
  expect(isOnWay([{ state: 'ok' }])).toBe(false)
  expect(isOnWay([{ state: 'missing' }, { state: 'propagating' }])).toBe(false)
  expect(isOnWay([{ state: null }, { state: 'propagating' }])).toBe(false)
})

test('optional records are not waited for', () => {
  const optional = { ...record('tls-rpt', 'missing'), need: 'optional' as const }
  expect(next({ records: [record('mx', 'ok'), optional] })).toBeNull()
})
