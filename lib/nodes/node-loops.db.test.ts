import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import type { ReloadAnswer } from '@/lib/agent-protocol/messages'
import { systemActor } from '@/lib/auth/actor'
import { notifications } from '@/lib/db/listen'
import { testDb } from '@/lib/db/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'
import { NodeLoops } from '@/lib/nodes/node-loops'
import { MemoryAgent } from '@/lib/nodes/testing'
import { deliveryOf, waitForRelease } from '@/lib/releases/wait'

const db = testDb()
const actor = systemActor('test')
const domain = 'example.test' as DomainName
const mailbox = { domain, localPart: 'anna', name: '', password: 'correct horse', quotaMebibytes: null }
const postfix = (state: ReloadAnswer['state'], inMs = 0): ReloadAnswer => ({
  ...{ daemon: 'postfix', state, inMs },
  words: state,
})

let agents: Record<'imap1' | 'mx1' | 'mx2', MemoryAgent>
let loops: NodeLoops

beforeEach(async () => {
  agents = { imap1: new MemoryAgent(), mx1: new MemoryAgent(), mx2: new MemoryAgent() }
  for (const name of ['imap1', 'mx1', 'mx2']) {
    const row = { name, roles: [name === 'imap1' ? 'imap' : 'smtp'], hostName: `${name}.posthouse.test` }
    const agent = { agentUrl: 'https://127.0.0.1:1', agentFingerprint: '', agentTokenSealed: '' }
    await db.node.create({ data: { ...row, ...agent, services: { lmtp: '127.0.0.20:2424' } } })
  }
  await db.admin.create({ data: { email: 'owner@elsewhere.test', name: 'Owner', role: 'owner', passwordHash: '' } })
  loops = new NodeLoops(({ name }) => agents[name as keyof typeof agents])
  await loops.start()
})

afterEach(() => loops.stop())
afterAll(() => notifications().close())

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function holdsOf(name: string): Promise<string[]> {
  const holds = await db.nodeHold.findMany({ where: { node: { name } }, orderBy: [{ map: 'asc' }, { key: 'asc' }] })
  return holds.map(({ map, reason }) => `${map} ${reason}`)
}

test('a node that is down, one whose daemon cannot be reloaded, and one that refuses beside a line that waits are not asked without a pause', async () => {
  agents.mx2.reloads = () => [postfix('failed')]
  const created = await createDomain(actor, { name: domain, description: '' })
  expect(await waitForRelease(created.release ?? '', 10_000)).toMatchObject({ state: 'refused' })
  agents.imap1.isDown = true
  agents.mx1.refuse = (name) => (name === domain ? 'not here' : null)
  const { release } = await createMailbox(actor, mailbox)
  await expect.poll(() => holdsOf('mx1'), { timeout: 5_000 }).toContain('imap/users refused')
  expect(await holdsOf('mx1')).toContain('smtp/mailboxes waits:imap1')
  expect(await holdsOf('mx2')).toContain('smtp/domains reload-failed')
  await expect.poll(() => db.node.count({ where: { lastError: 'down' } }), { timeout: 5_000 }).toBe(1)
  await sleep(100)

  const count = () => Object.values(agents).map(({ asked }) => asked.length)
  const before = count()
  const deliveries = await db.nodeDelivery.count()
  await sleep(2_000)
  const asked = count().map((number, index) => number - (before[index] ?? 0))
  // Each of them is tried once in five seconds, and not for what another one says again.
  expect(Math.max(...asked)).toBeLessThanOrEqual(1)
  expect(await db.nodeDelivery.count()).toBe(deliveries)

  agents.imap1.isDown = false
  agents.mx1.refuse = () => null
  agents.mx2.reloads = () => []
  await expect.poll(() => deliveryOf(release ?? ''), { timeout: 10_000 }).toMatchObject({ state: 'live' })
  expect(await holdsOf('mx1')).toEqual([])
})

test('of a node the newest two hundred deliveries are kept', async () => {
  await createDomain(actor, { name: domain, description: '' })
  await expect.poll(() => db.node.count({ where: { confirmedRelease: { gt: 0 } } }), { timeout: 5_000 }).toBe(3)
  const { id: nodeId } = await db.node.findUniqueOrThrow({ where: { name: 'mx1' } })
  const { id: otherId } = await db.node.findUniqueOrThrow({ where: { name: 'mx2' } })
  const old = { fromRelease: 0n, toRelease: 0n, startedAt: new Date(0), state: 'live' }
  await db.nodeDelivery.createMany({ data: Array.from({ length: 300 }, () => ({ nodeId, ...old })) })
  await db.nodeDelivery.createMany({ data: Array.from({ length: 3 }, () => ({ nodeId: otherId, ...old })) })
  const { release } = await createMailbox(actor, mailbox)
  expect(await waitForRelease(release ?? '', 10_000)).toMatchObject({ state: 'live' })
  expect(await db.nodeDelivery.count({ where: { nodeId } })).toBe(200)
  expect(await db.nodeDelivery.count({ where: { nodeId, toRelease: BigInt(release ?? '0') } })).toBeGreaterThan(0)
  expect(await db.nodeDelivery.count({ where: { nodeId: otherId, toRelease: 0n } })).toBe(3)
})

test('a reload that was put off is asked for again when the node said', async () => {
  let isOver = 0
  agents.mx1.reloads = () => {
    isOver ||= performance.now() + 1_000
    const inMs = Math.ceil(isOver - performance.now())
    return [inMs > 0 ? postfix('pending', inMs) : postfix('done')]
  }
  const first = await createDomain(actor, { name: 'first.test' as DomainName, description: '' })
  expect(await waitForRelease(first.release ?? '', 10_000)).toMatchObject({ state: 'live' })
  isOver = 0
  const { release } = await createDomain(actor, { name: domain, description: '' })
  expect(await waitForRelease(release ?? '', 10_000)).toMatchObject({ state: 'live' })
  expect(performance.now() - isOver).toBeLessThan(2_500)
  const asking = agents.mx1.asked.filter(({ changes }) => changes.some((change) => change.domain === domain))
  expect(asking.length).toBeLessThanOrEqual(4)
})

test('what waits for the imap node goes out as soon as it has confirmed', async () => {
  const created = await createDomain(actor, { name: domain, description: '' })
  expect(await waitForRelease(created.release ?? '', 10_000)).toMatchObject({ state: 'live' })
  const startedAt = performance.now()
  const { release } = await createMailbox(actor, mailbox)
  const delivery = await waitForRelease(release ?? '', 10_000)
  expect(delivery.state).toBe('live')
  expect(performance.now() - startedAt).toBeLessThan(4_000)
  const at = (agent: MemoryAgent, map: string) =>
    agent.asked.find(({ changes }) => changes.some((change) => change.map === map && change.puts.length > 0))?.at ?? 0
  expect(at(agents.imap1, 'imap/users')).toBeLessThan(at(agents.mx1, 'smtp/mailboxes'))
})
