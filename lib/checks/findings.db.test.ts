import { beforeEach, describe, expect, test, vi } from 'vitest'
import { storedContent } from '@/lib/alerts/content'
import { result, type CheckLevel, type CheckResult, type DomainFacts, type NodeFacts } from '@/lib/checks/check'
import { checkDomain, checkNode } from '@/lib/checks/check-scope'
import { checkSoon, claimDue } from '@/lib/checks/claim-due'
import { NAMES_CHECKS, namesFamily } from '@/lib/checks/names'
import { CheckSweep } from '@/lib/checks/sweep'
import { fakeDeps, fakeFamily } from '@/lib/checks/testing/fake-family'
import { testDb } from '@/lib/db/testing'

const db = testDb()
const START = new Date('2026-11-22T12:00:00Z')
const MINUTE = 60_000

let now: Date
const clock = () => now
const pass = (minutes: number) => (now = new Date(now.getTime() + minutes * MINUTE))
beforeEach(() => void (now = START))

const newDomain = async (name = 'a.test') => (await db.domain.create({ data: { name } })).id
const newNode = async (name = 'mx1') => {
  const agent = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  const facts = { roles: ['smtp'], hostName: `${name}.test`, publicAddresses: ['192.0.2.1'] }
  return (await db.node.create({ data: { name, ...facts, ...agent, services: { smtp: '127.0.0.1:25' } } })).id
}
/** A family whose results are what the test last put there. */
let says: CheckResult[]
const hostFamily = fakeFamily<NodeFacts>('host', ['host.reverse'], ({ hostName }) => [
  result('host.reverse', 'ok', { found: [hostName] }),
])
const deps = () =>
  fakeDeps(
    clock,
    [
      fakeFamily<DomainFacts>('mx', ['mx.missing', 'mx.other'], () => [...says, result('mx.other', 'ok')]),
      fakeFamily<DomainFacts>('spf', ['spf.missing'], () => [result('spf.missing', 'attention')]),
    ],
    [hostFamily],
  )
const run = async (id: string, level: CheckLevel, more: Partial<CheckResult> = {}) => {
  says = [result('mx.missing', level, more)]
  await checkDomain(id, deps())
}
const mx = () => db.finding.findFirstOrThrow({ where: { check: 'mx.missing' }, include: { changes: true } })

describe('storing', () => {
  test('a finding of each check, with since when it has its level, and what was before', async () => {
    const id = await newDomain()
    await run(id, 'ok', { found: ['10 mx1.'] })
    expect(await db.finding.count()).toBe(3)
    pass(60)
    await run(id, 'ok', { found: ['10 mx1.'] })
    expect(await mx()).toMatchObject({ since: START, checkedAt: now, changes: [] })
    const broken = pass(60)
    await run(id, 'broken', { found: [], expected: ['10 mx1.'], values: { count: 1 } })
    pass(60)
    await run(id, 'broken', { found: ['10 x.'], expected: ['10 mx1.'] })
    expect(await mx()).toMatchObject({
      ...{
        scope: `domain:${id}`,
        domainId: id,
        nodeId: null,
        level: 'broken',
        found: ['10 x.'],
        expected: ['10 mx1.'],
      },
      ...{ since: broken, checkedAt: now, values: {} },
      changes: [
        { at: broken, level: 'ok', found: ['10 mx1.'] },
        { at: now, level: 'broken', found: [] },
      ],
    })
  })

  test('subjects that are gone are deleted, and checks that no family has any more', async () => {
    const id = await newDomain()
    says = ['mx1', 'mx2'].map((subject) => result('mx.missing', 'broken', { subject }))
    await checkDomain(id, deps())
    await db.finding.create({
      data: { scope: `domain:${id}`, domainId: id, check: 'old.check', level: 'ok', since: now, checkedAt: now },
    })
    says = [result('mx.missing', 'broken', { subject: 'mx2' })]
    await checkDomain(id, deps())
    const rows = await db.finding.findMany({ orderBy: { check: 'asc' } })
    expect(rows.map((row) => `${row.check} ${row.subject}`)).toEqual(['mx.missing mx2', 'mx.other ', 'spf.missing '])
  })

  test('one check again touches its family alone, and leaves the time of the next whole check', async () => {
    const id = await newDomain()
    await run(id, 'ok')
    const { nextCheckAt } = await db.domain.findUniqueOrThrow({ where: { id } })
    pass(5)
    says = [result('mx.missing', 'broken')]
    await checkDomain(id, deps(), 'mx.other')
    expect(await mx()).toMatchObject({ level: 'broken', checkedAt: now })
    expect(await db.finding.findFirst({ where: { check: 'spf.missing' } })).toMatchObject({ checkedAt: START })
    expect(await db.domain.findUnique({ where: { id } })).toMatchObject({ nextCheckAt, checkedAt: START })
  })

  test('what the world showed is kept fifty times', async () => {
    const id = await newDomain()
    for (let times = 0; times < 60; times++, pass(1)) await run(id, times % 2 === 0 ? 'ok' : 'broken')
    const { changes } = await mx()
    expect(changes).toHaveLength(50)
    expect(Math.min(...changes.map(({ at }) => at.getTime()))).toBe(START.getTime() + 10 * MINUTE)
  })

  test('any text that the world gives can be stored', async () => {
    const id = await newDomain()
    await run(id, 'ok')
    await run(id, 'broken', { found: ['"quoted" {a,b} \\ \0 \ud800 \u{1f600}', '', 'NULL'], subject: '' })
    expect((await mx()).found).toEqual(['"quoted" {a,b} \\  \ufffd \u{1f600}', '', 'NULL'])
  })

  test('nothing is stored of a domain that is gone', async () => {
    const id = await newDomain()
    await db.domain.update({ where: { id }, data: { deletedAt: now } })
    await run(id, 'broken')
    expect(await db.finding.count()).toBe(0)
  })

  test('several runs of one domain at once leave each finding once', async () => {
    const id = await newDomain()
    says = [result('mx.missing', 'broken')]
    await Promise.all(Array.from({ length: 8 }, () => checkDomain(id, deps())))
    expect(await db.finding.count()).toBe(3)
  })

  test('a thousand findings are written as one', async () => {
    const id = await newDomain()
    says = Array.from({ length: 900 }, (_, index) => result('mx.missing', 'ok', { subject: `mx${index}` }))
    await checkDomain(id, deps())
    says = says.map((one) => ({ ...one, level: 'broken' as const }))
    await checkDomain(id, deps())
    expect(await db.finding.count({ where: { level: 'broken', since: START } })).toBe(900)
    expect(await db.findingChange.count()).toBe(900)
  })
})

describe('other names of a domain', () => {
  const each = fakeFamily<DomainFacts>('mx', ['mx.missing'], ({ name, wanted, keys }) => [
    result('mx.missing', name === 'wrong.test' ? 'broken' : 'ok', {
      found: [name, ...wanted.filter(({ purpose }) => purpose === 'dmarc').map((record) => record.name)],
      values: { keys: keys.length },
    }),
  ])
  const ofKeys = fakeFamily<DomainFacts>('dkim', ['dkim.missing'], () => [result('dkim.missing', 'ok')])
  const nameDeps = fakeDeps(clock, [each, ofKeys, { family: namesFamily, checks: NAMES_CHECKS }], [], [each])
  const add = async (domainId: string, ...names: string[]) =>
    db.domainAlias.createMany({ data: names.map((name) => ({ domainId, name })) })

  test('are checked with what their own zones should have, and without the keys of the domain', async () => {
    const id = await newDomain()
    await db.dkimKey.create({ data: { domainId: id, selector: 's1', state: 'active', publicKey: 'x' } })
    await add(id, 'other.test', 'wrong.test')
    await db.domainAlias.create({ data: { domainId: id, name: 'deleted.test', deletedAt: now } })
    await checkDomain(id, nameDeps)
    const rows = await db.finding.findMany({ orderBy: [{ check: 'asc' }, { alias: 'asc' }] })
    expect(rows.map(({ check, alias, level, found }) => [check, alias || '-', level, ...found].join(' '))).toEqual([
      'dkim.missing - ok',
      'mx.missing - ok a.test _dmarc.a.test',
      'mx.missing other.test ok other.test _dmarc.other.test',
      'mx.missing wrong.test broken wrong.test _dmarc.wrong.test',
      'names.unchecked - none',
    ])
    expect(rows.slice(1, 4).map(({ values }) => values)).toEqual([{ keys: 1 }, { keys: 0 }, { keys: 0 }])
  })

  test('beyond twenty are not looked at, and that is told', async () => {
    const id = await newDomain()
    await add(id, ...Array.from({ length: 23 }, (_, index) => `n${10 + index}.test`))
    await checkDomain(id, nameDeps)
    const rows = await db.finding.findMany({ where: { alias: { not: '' } }, orderBy: { alias: 'asc' } })
    expect(rows.map(({ alias }) => alias)).toEqual(Array.from({ length: 20 }, (_, index) => `n${10 + index}.test`))
    expect(await db.finding.findFirst({ where: { check: 'names.unchecked' } })).toMatchObject({
      ...{ level: 'info', found: ['n30.test', 'n31.test', 'n32.test'], values: { count: 3 } },
    })
  })

  test('that are removed take their findings with them, and leave those of the others', async () => {
    const id = await newDomain()
    await add(id, 'other.test', 'wrong.test')
    await checkDomain(id, nameDeps)
    await db.domainAlias.updateMany({ where: { name: 'wrong.test' }, data: { deletedAt: now } })
    await checkDomain(id, nameDeps, 'mx.missing')
    const rows = await db.finding.findMany({ where: { check: 'mx.missing' }, orderBy: { alias: 'asc' } })
    expect(rows.map(({ alias }) => alias)).toEqual(['', 'other.test'])
  })
})

describe('the schedule', () => {
  test('a domain that was never checked is due, then at its turn', async () => {
    const id = await newDomain()
    expect(await claimDue('domain', 5, now)).toEqual([id])
    await run(id, 'ok')
    const { nextCheckAt } = await db.domain.findUniqueOrThrow({ where: { id } })
    const hours = ((nextCheckAt?.getTime() ?? 0) - now.getTime()) / 60 / MINUTE
    expect(hours).toBeGreaterThan(3)
    expect(hours).toBeLessThanOrEqual(9)
    expect(await claimDue('domain', 5, now)).toEqual([])
    expect(await claimDue('domain', 5, nextCheckAt ?? now)).toEqual([id])
  })

  test('no domain is taken twice, by however many workers', async () => {
    await db.domain.createMany({ data: Array.from({ length: 60 }, (_, index) => ({ name: `d${index}.test` })) })
    const taken = await Promise.all(Array.from({ length: 8 }, () => claimDue('domain', 10, now)))
    const ids = taken.flat()
    expect(new Set(ids).size).toBe(ids.length)
    const rest = await claimDue('domain', 100, now)
    expect(new Set([...ids, ...rest]).size).toBe(60)
  })

  test('what a worker took that died is due again after minutes', async () => {
    const id = await newDomain()
    await claimDue('domain', 5, now)
    pass(4)
    expect(await claimDue('domain', 5, now)).toEqual([])
    pass(2)
    expect(await claimDue('domain', 5, now)).toEqual([id])
  })

  test('a change while the checks run makes them due again', async () => {
    const id = await newDomain()
    await claimDue('domain', 1, now)
    const changed = fakeFamily<DomainFacts>('mx', ['mx.missing'], async () => {
      await checkSoon(db, id, pass(1))
      return [result('mx.missing', 'ok')]
    })
    await checkDomain(id, fakeDeps(clock, [changed]))
    expect(await claimDue('domain', 1, now)).toEqual([id])
  })

  test('what waits is looked at again in half a minute', async () => {
    const id = await newDomain()
    await run(id, 'waiting')
    expect(await db.domain.findUnique({ where: { id } })).toMatchObject({
      nextCheckAt: new Date(now.getTime() + 30_000),
    })
  })
})

test('what comes and goes is stored and told as that once, has its turn, and is told when it has settled', async () => {
  await db.alertTarget.create({ data: { kind: 'webhook', destination: 'https://hook.test/' } })
  const id = await newDomain()
  const gaps: number[] = []
  const look = async (level: CheckLevel) => {
    await run(id, level)
    const { nextCheckAt } = await db.domain.findUniqueOrThrow({ where: { id } })
    const before = now
    now = nextCheckAt ?? now
    gaps.push((now.getTime() - before.getTime()) / MINUTE)
  }
  const told = async () => {
    const rows = await db.alert.findMany({ orderBy: { createdAt: 'asc' } })
    return rows
      .map(({ content }) => storedContent.parse(content))
      .flatMap((one) => (one !== 'test' && 'crossings' in one ? one.crossings : []))
  }
  for (let times = 0; times < 4; times++) await look(times % 2 === 0 ? 'ok' : 'broken')
  expect(await mx()).toMatchObject({
    flappingSince: null,
    turns: [expect.any(Date), expect.any(Date), expect.any(Date)],
  })
  for (let times = 4; times < 20; times++) await look(times % 2 === 0 ? 'ok' : 'broken')
  expect(gaps.slice(0, 4)).toContain(5)
  expect(gaps.slice(-14).every((minutes) => minutes > 180)).toBe(true)
  expect(await told()).toMatchObject([{ level: 'broken', isFlapping: true }])
  expect((await mx()).flappingSince).not.toBeNull()
  for (let times = 0; times < 6; times++) await look('ok')
  expect(await told()).toMatchObject([{ isFlapping: true }, { level: 'ok', isFlapping: false }])
  expect(await mx()).toMatchObject({ flappingSince: null, turns: [], alertedLevel: null })
})

test('a node’s facts are checked once, whatever its domains', async () => {
  const id = await newNode()
  await newDomain('a.test')
  await newDomain('b.test')
  await checkNode(id, deps())
  expect(await db.finding.findMany()).toMatchObject([
    { scope: `node:${id}`, nodeId: id, domainId: null, check: 'host.reverse', found: ['mx1.test'] },
  ])
})

test('a sweep checks all that is due, so many at a time, and ends with what runs', async () => {
  await newNode()
  await db.domain.createMany({ data: Array.from({ length: 40 }, (_, index) => ({ name: `d${index}.test` })) })
  let [running, most] = [0, 0]
  const slow = fakeFamily<DomainFacts>('mx', ['mx.missing'], async ({ name }) => {
    most = Math.max(most, ++running)
    // The first ones wait until all places are taken.
    await vi.waitFor(() => expect(most).toBe(8), { timeout: 10_000 })
    running--
    if (name === 'd7.test') throw new Error('this one breaks')
    return [result('mx.missing', 'ok', { found: [name] })]
  })
  const sweep = new CheckSweep(
    fakeDeps(() => new Date(), [slow], [hostFamily]),
    8,
  )
  sweep.start()
  await expect.poll(() => db.finding.count(), { timeout: 15_000 }).toBe(41)
  await sweep.stop()
  expect(most).toBe(8)
  expect(running).toBe(0)
  expect(await db.domain.count({ where: { checkedAt: null } })).toBe(0)
  expect(await db.finding.findMany({ where: { level: 'unknown' } })).toMatchObject([{ values: { fault: 1 } }])
})
