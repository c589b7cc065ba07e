import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import type { DomainName } from '@/lib/domains/name'
import { listDomains } from '@/lib/domains/queries'
import { createDomain, createDomainAlias } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'
import { listNodes } from '@/lib/nodes/queries'
import { getDelivery, listRefusals, requireRelease } from '@/lib/releases/queries'
import { deliveryOf } from '@/lib/releases/wait'

const db = testDb()
const system = systemActor('test')
const one = 'one.test' as DomainName
const two = 'two.test' as DomainName
const words = 'smtp/mailboxes: anna@one.test is not what this server can hold'

let release = ''

/** A domain with a mailbox; the release of the mailbox is refused by mx1, one line with the words given. */
async function refuse(domain: DomainName, said: string): Promise<string> {
  const mailbox = { domain, localPart: 'anna', name: '', password: 'long enough one', quotaMebibytes: null }
  const { release: number } = await createMailbox(system, mailbox)
  const { id: nodeId } = await db.node.update({
    where: { name: 'mx1' },
    data: { confirmedRelease: BigInt(number ?? '0') },
  })
  const lines = await db.releaseChange.findMany({ where: { release: BigInt(number ?? '0') } })
  const held = lines.map(({ map, domain: name, key, before }) => ({ map, domain: name, key, appliedValue: before }))
  await db.nodeHold.createMany({ data: held.map((line) => ({ nodeId, ...line, reason: 'refused', words: said })) })
  return number ?? ''
}

async function administratorOf(domain: DomainName): Promise<Actor> {
  const { id } = await db.admin.create({
    data: { email: `admin@${domain}`, name: 'A', role: 'domain_admin', passwordHash: '' },
  })
  const { id: domainId } = await db.domain.findUniqueOrThrow({ where: { name: domain } })
  await db.grant.create({ data: { adminId: id, domainId } })
  return { kind: 'admin', id, name: 'A', role: 'domain_admin', sessionId: randomUUID(), address: null }
}

beforeEach(async () => {
  const node = {
    hostName: 'mx1.posthouse.test',
    agentUrl: '',
    agentFingerprint: '',
    agentTokenSealed: '',
    services: {},
  }
  await db.node.create({ data: { ...node, name: 'mx1', roles: ['smtp'] } })
  await createDomain(system, { name: one, description: '' })
  await createDomain(system, { name: two, description: '' })
  release = await refuse(one, words)
})

test('a refused domain tells the node’s own words on its pages, in lists and on the node', async () => {
  const expected = { domain: one, node: 'mx1', words, release: BigInt(release) }
  expect(await listRefusals(system, one)).toMatchObject([expected])
  expect(await listRefusals(system, two)).toEqual([])
  expect((await listDomains(system)).domains.map((row) => [row.name, row.readiness.nodes])).toEqual([
    [one, ['mx1']],
    [two, []],
  ])
  expect((await listNodes(system)).nodes).toMatchObject([{ name: 'mx1', isCurrent: false, refusals: [expected] }])
})

test('its release is refused, with the words and how many lines wait', async () => {
  const shown = await requireRelease(system, BigInt(release))
  expect(shown.delivery).toEqual({ state: 'refused', nodes: [{ name: 'mx1', state: 'refused', words }] })
  expect(shown.refusals).toMatchObject([{ domain: one, words, lines: shown.total }])
})

test('a refusal of another name is told by its domain', async () => {
  await createDomainAlias(system, { name: two, alias: 'zwei.test' as DomainName })
  await db.nodeHold.updateMany({ data: { domain: 'zwei.test' } })
  expect(await listRefusals(system, two)).toMatchObject([{ domain: two, node: 'mx1', words }])
  expect(await listRefusals(system, one)).toEqual([])
})

test('words about one domain do not reach the administrator of another, even by the number of a release', async () => {
  const stranger = await administratorOf(two)
  expect(await listRefusals(stranger, one)).toEqual([])
  expect(await getDelivery(stranger, BigInt(release))).toBeNull()
  const own = await administratorOf(one)
  expect(await getDelivery(own, BigInt(release))).toMatchObject({ state: 'refused', nodes: [{ words }] })
  expect(await listRefusals(own, one)).toHaveLength(1)
  expect(await deliveryOf(release, [two])).toMatchObject({ state: 'live', nodes: [{ words: '' }] })
})

test('a removed node refuses nothing any more', async () => {
  await db.node.update({ where: { name: 'mx1' }, data: { removedAt: new Date() } })
  expect(await listRefusals(system, one)).toEqual([])
})
