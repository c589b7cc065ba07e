import { expect, test } from 'vitest'
import { result, type CheckFamily } from '@/lib/checks/check'
import { runChecks } from '@/lib/checks/run-checks'
import type { CheckWorld } from '@/lib/checks/world'

const world = {} as CheckWorld

const registered = (name: string, checks: string[], run: CheckFamily<string>['run']) => ({
  family: { name, checks, run },
  checks: Object.fromEntries(checks.map((check) => [check, { who: 'dns' as const }])),
})
const good = registered('good', ['good.one', 'good.two'], (_world, facts) =>
  Promise.resolve([result('good.one', 'ok', { found: [facts] }), result('good.two', 'none')]),
)
const fault = { level: 'unknown', values: { fault: 1 } }

test('a family that throws is not known and stops no other', async () => {
  const bad = registered('bad', ['bad.one', 'bad.two'], () => Promise.reject(new TypeError('x is undefined')))
  const run = await runChecks([bad, good], world, 'facts')
  expect(run.checks).toEqual(['bad.one', 'bad.two', 'good.one', 'good.two'])
  expect(run.results).toMatchObject([
    { check: 'bad.one', ...fault },
    { check: 'bad.two', ...fault },
    { check: 'good.one', level: 'ok', found: ['facts'] },
    { check: 'good.two', level: 'none' },
  ])
})

test('so is one that hangs, that leaves out a check, and that speaks of another’s', async () => {
  const hangs = registered('hangs', ['hangs.one'], () => new Promise(() => undefined))
  const silent = registered('silent', ['silent.one', 'silent.two'], () => Promise.resolve([result('silent.one', 'ok')]))
  const foreign = registered('foreign', ['foreign.one'], () => Promise.resolve([result('good.one', 'broken')]))
  const { results, faults } = await runChecks([hangs, silent, foreign], world, '', { patience: 20 })
  expect(faults.map(({ family, error }) => `${family}: ${String(error)}`).sort()).toEqual([
    'foreign: Error: no result of foreign.one, a result of good.one',
    'hangs: Error: no end within 0.02 s',
    'silent: Error: no result of silent.two',
  ])
  expect(results).toMatchObject([
    { check: 'hangs.one', ...fault },
    { check: 'silent.one', level: 'ok' },
    { check: 'silent.two', ...fault },
    { check: 'foreign.one', ...fault },
  ])
})

test('one check again is its family again, and nothing else', async () => {
  const other = registered('other', ['other.one'], () => Promise.reject(new Error('not asked for')))
  const run = await runChecks([good, other], world, '', { only: 'good.two' })
  expect(run.checks).toEqual(['good.one', 'good.two'])
})

test('of two results about one thing the worse counts', async () => {
  const twice = registered('twice', ['twice.one'], () =>
    Promise.resolve([result('twice.one', 'broken'), result('twice.one', 'ok')]),
  )
  expect((await runChecks([twice], world, '')).results).toMatchObject([{ level: 'broken' }])
})
