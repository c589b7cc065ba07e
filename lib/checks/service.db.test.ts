import { beforeEach, describe, expect, test } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { result, type CheckLevel, type DomainFacts, type NodeFacts } from '@/lib/checks/check'
import { checkDomain, checkNode } from '@/lib/checks/check-scope'
import { listDomainFindings, listFindingGroups, listFindings, listNodeFindings } from '@/lib/checks/queries'
import { acknowledgeFinding, reopenFinding } from '@/lib/checks/service'
import { fakeDeps, fakeFamily } from '@/lib/checks/testing/fake-family'
import { testDb } from '@/lib/db/testing'

const db = testDb()
const owner = systemActor('test')
const DAY = 24 * 60 * 60_000

let now: Date
beforeEach(() => void (now = new Date()))
const pass = (days: number) => void (now = new Date(now.getTime() + days * DAY))

async function check(name: string, level: CheckLevel): Promise<void> {
  const { id } = await db.domain.upsert({ where: { name }, create: { name }, update: {} })
  const family = fakeFamily<DomainFacts>('mx', ['mx.missing', 'mx.fine'], () => [
    result('mx.missing', level),
    result('mx.fine', 'ok'),
  ])
  await checkDomain(
    id,
    fakeDeps(() => now, [family]),
  )
}
async function checkHost(level: CheckLevel): Promise<string> {
  const facts = { roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: [], services: {} }
  const agent = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  const { id } = await db.node.upsert({
    where: { name: 'mx1' },
    create: { name: 'mx1', ...facts, ...agent },
    update: {},
  })
  const family = fakeFamily<NodeFacts>('host', ['host.reverse'], () => [result('host.reverse', level)])
  await checkNode(
    id,
    fakeDeps(() => now, [], [family]),
  )
  return (await db.finding.findFirstOrThrow({ where: { check: 'host.reverse' } })).id
}
const finding = () => db.finding.findFirstOrThrow({ where: { check: 'mx.missing' } })
const acknowledge = async (days = 30) =>
  acknowledgeFinding(owner, { id: (await finding()).id, as: 'external-dns', reason: 'theirs', days })
const open = async () => (await listFindingGroups(owner)).map(({ check: id, count }) => `${id} ${count}`)
const alerted = () => db.alert.count()

async function admin(role: Actor['role'], domain?: string): Promise<Actor> {
  const data = { email: `${role}${domain}@x.test`, name: role, role, passwordHash: '' }
  const row = await db.admin.create({ data })
  if (domain !== undefined) {
    const { id: domainId } = await db.domain.findUniqueOrThrow({ where: { name: domain } })
    await db.grant.create({ data: { adminId: row.id, domainId } })
  }
  return { kind: 'admin', id: row.id, name: row.name, role, sessionId: '', address: null }
}

describe('an acknowledged finding', () => {
  beforeEach(async () => {
    await db.alertTarget.create({ data: { kind: 'webhook', destination: 'https://x.test/' } })
    await check('a.test', 'ok')
    await check('a.test', 'attention')
  })

  test('needs nobody and tells nobody until its time is over', async () => {
    await acknowledge(7)
    expect(await open()).toEqual([])
    expect(await listFindingGroups(owner, { show: 'acknowledged' })).toMatchObject([{ check: 'mx.missing', count: 1 }])
    const { findings } = await listDomainFindings(owner, 'a.test')
    expect(findings[0]).toMatchObject({ acknowledged: { as: 'external-dns', by: 'test', reason: 'theirs' } })
    await check('a.test', 'attention')
    expect(await alerted()).toBe(0)
    pass(8)
    await check('a.test', 'attention')
    expect(await alerted()).toBe(1)
  })

  test('speaks again when it becomes worse, and is open again', async () => {
    await acknowledge()
    await check('a.test', 'broken')
    expect(await finding()).toMatchObject({ acknowledgedAs: null, acknowledgedUntil: null, acknowledgeReason: '' })
    expect(await open()).toEqual(['mx.missing 1'])
    expect(await alerted()).toBe(1)
  })

  test('stays quiet while it comes and goes', async () => {
    await acknowledge()
    for (const level of ['ok', 'ok', 'attention', 'attention', 'unknown', 'attention'] as const)
      await check('a.test', level)
    expect(await open()).toEqual([])
    expect(await alerted()).toBe(0)
  })

  test('can be opened again, which tells nobody, for whoever does it knows', async () => {
    await acknowledge()
    await reopenFinding(owner, { id: (await finding()).id })
    expect(await open()).toEqual(['mx.missing 1'])
    await check('a.test', 'attention')
    expect(await alerted()).toBe(0)
  })

  test('and who did it why stand in the audit', async () => {
    await acknowledge()
    const [entry] = await db.auditEntry.findMany({ where: { action: 'finding:acknowledge' } })
    expect(entry).toMatchObject({
      ...{ subject: 'mx.missing', domainNames: ['a.test'], release: null },
      detail: { as: 'external-dns', reason: 'theirs', level: 'attention' },
    })
  })

  test('cannot be one that is fine', async () => {
    await check('a.test', 'ok')
    await expect(acknowledge()).rejects.toMatchObject({ code: 'INVALID', messageKey: 'check.notWrong' })
  })
})

describe('the overview', () => {
  test('names each wrong thing once, with how many it is about, the broken first', async () => {
    for (const name of ['a.test', 'b.test', 'c.test']) await check(name, 'attention')
    await check('d.test', 'broken')
    await check('fine.test', 'ok')
    await checkHost('broken')
    const groups = await listFindingGroups(owner)
    expect(groups).toMatchObject([
      { check: 'host.reverse', level: 'broken', count: 1, examples: [{ scope: { kind: 'node', name: 'mx1' } }] },
      { check: 'mx.missing', level: 'broken', count: 1 },
      { check: 'mx.missing', level: 'attention', count: 3, examples: [{ scope: { name: 'a.test' } }, {}, {}] },
    ])
    expect(await listFindingGroups(owner, { level: 'broken' })).toHaveLength(2)
  })

  test('shows an administrator the own domains alone, and no node', async () => {
    await check('a.test', 'broken')
    await check('b.test', 'broken')
    const node = await checkHost('broken')
    const actor = await admin('domain_admin', 'b.test')
    const groups = await listFindingGroups(actor)
    expect(groups).toMatchObject([{ check: 'mx.missing', count: 1, examples: [{ scope: { name: 'b.test' } }] }])
    expect((await listDomainFindings(actor, 'b.test')).nodes).toEqual([])
    await expect(acknowledgeFinding(actor, { id: node, as: 'accepted', reason: 'r', days: 7 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(listNodeFindings(actor)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(listDomainFindings(actor, 'a.test')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('forgets a domain that was removed', async () => {
    await check('a.test', 'broken')
    await db.domain.updateMany({ data: { deletedAt: now } })
    expect(await open()).toEqual([])
  })
})

test('a check’s findings page by name, each once', async () => {
  const { id: first } = await db.domain.create({ data: { name: 'd00.test' } })
  await db.domain.createMany({
    data: Array.from({ length: 70 }, (_, index) => ({ name: `d${String(index + 1).padStart(2, '0')}.test` })),
  })
  const domains = await db.domain.findMany({ orderBy: { name: 'asc' } })
  // The last of the first page: the next one begins between its names.
  const last = domains[48]?.id ?? ''
  const at = { since: now, checkedAt: now, check: 'mx.missing', level: 'broken' }
  await db.finding.createMany({
    data: [
      ...domains.map(({ id }) => ({ ...at, scope: `domain:${id}`, domainId: id })),
      { ...at, scope: `domain:${first}`, domainId: first, subject: 'second' },
      ...['', 'second'].map((subject) => ({
        ...{ ...at, scope: `domain:${last}`, domainId: last, alias: 'other.test', subject },
      })),
    ],
  })
  const seen: string[] = []
  let after: Awaited<ReturnType<typeof listFindings>>['next'] = null
  do {
    const page = await listFindings(owner, { check: 'mx.missing' }, after)
    seen.push(...page.findings.map(({ scope, alias, subject }) => [scope.name, alias, subject].join(' ')))
    after = page.next
  } while (after)
  expect(seen.slice(0, 3)).toEqual(['d00.test  ', 'd00.test  second', 'd01.test  '])
  expect(seen.slice(49, 52)).toEqual(['d48.test  ', 'd48.test other.test ', 'd48.test other.test second'])
  expect(seen).toHaveLength(74)
  expect(new Set(seen).size).toBe(74)
})

test('a domain shows by reference that its server has a finding', async () => {
  await check('a.test', 'ok')
  await checkHost('attention')
  const { nodes } = await listDomainFindings(owner, 'a.test')
  expect(nodes).toEqual([{ name: 'mx1', wrong: 1, level: 'attention' }])
  expect((await listNodeFindings(owner)).get('mx1')).toMatchObject([{ check: 'host.reverse', who: null }])
})
