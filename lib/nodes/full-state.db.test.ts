import { beforeEach, expect, test } from 'vitest'
import type { ReloadAnswer } from '@/lib/agent-protocol/messages'
import { createAlias } from '@/lib/aliases/service'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'
import { deliverToNode, replaceHolds } from '@/lib/nodes/deliver'
import { resyncNode } from '@/lib/nodes/full-state'
import { pairId } from '@/lib/nodes/plan-delivery'
import { MemoryAgent } from '@/lib/nodes/testing'

const db = testDb()
const actor = systemActor('test')
const domain = 'example.test' as DomainName
const address = `anna@${domain}`

let mx1: MemoryAgent
let imap1: MemoryAgent

beforeEach(async () => {
  mx1 = new MemoryAgent()
  imap1 = new MemoryAgent()
  for (const [name, role] of Object.entries({ imap1: 'imap', mx1: 'smtp' })) {
    const agent = { agentUrl: 'https://127.0.0.1:1', agentFingerprint: '', agentTokenSealed: '' }
    const row = { name, roles: [role], hostName: `${name}.posthouse.test`, ...agent }
    await db.node.create({ data: { ...row, services: { lmtp: '127.0.0.20:2424' } } })
  }
  await db.admin.create({ data: { email: 'owner@elsewhere.test', name: 'Owner', role: 'owner', passwordHash: '' } })
  await createDomain(actor, { name: domain, description: '' })
  await deliver('imap1', imap1)
  await deliver('mx1', mx1)
})

const nodeOf = (name: string) => db.node.findUniqueOrThrow({ where: { name } })

async function deliver(name: string, agent: MemoryAgent): Promise<void> {
  await deliverToNode(await nodeOf(name), agent)
}

async function addAnna(): Promise<void> {
  await createMailbox(actor, { domain, localPart: 'anna', name: '', password: 'correct horse', quotaMebibytes: null })
}

async function addAlias(localPart: string): Promise<void> {
  const targets = ['owner@elsewhere.test']
  await createAlias(actor, { domain, localPart, targets, note: '', allowsSending: false })
}

/** Compares the whole of mx1 and stores what it does not run, as its loop does. */
async function resync(): Promise<void> {
  const node = await nodeOf('mx1')
  const { number } = await db.release.findFirstOrThrow({ orderBy: { number: 'desc' } })
  const holds = await resyncNode(node, mx1, { epoch: 1, release: number, auditHead: '' })
  await db.$transaction((tx) => replaceHolds(tx, node.id, holds))
  await db.node.update({ where: { id: node.id }, data: { confirmedRelease: number } })
}

async function holds(): Promise<string[]> {
  const rows = await db.nodeHold.findMany({ orderBy: [{ map: 'asc' }, { key: 'asc' }] })
  return rows.map(({ map, key, appliedValue, reason }) => `${map} ${key} ${appliedValue} ${reason}`)
}

test('a line that waits for the imap node waits after a comparison of the whole, and goes out when that has confirmed', async () => {
  await addAnna()
  await deliver('mx1', mx1)
  const before = await holds()
  expect(before).toContain(`smtp/mailboxes ${address} null waits:imap1`)
  mx1.pairs.clear()
  await resync()
  expect(mx1.get('smtp/domains', domain, domain)).toBe('hosted')
  expect(mx1.get('smtp/mailboxes', domain, address)).toBeUndefined()
  expect(await holds()).toEqual(before)
  await deliver('imap1', imap1)
  await deliver('mx1', mx1)
  expect(mx1.get('smtp/mailboxes', domain, address)).toMatch(/\/$/)
  expect(await holds()).toEqual([])
})

test('what a node refused stays on hold after a comparison of the whole, beside the last good state, while it refuses', async () => {
  mx1.refuse = (name, get) => (get('smtp/aliases', `sales@${name}`) === undefined ? null : 'no sales')
  await addAlias('sales')
  await deliver('imap1', imap1)
  await deliver('mx1', mx1)
  const before = await holds()
  expect(before).toContain(`smtp/aliases sales@${domain} null refused`)
  const had = new Map(mx1.pairs)
  mx1.pairs.clear()
  await resync()
  expect(mx1.pairs).toEqual(had)
  expect(await holds()).toEqual(before)
  mx1.refuse = () => null
  await resync()
  expect(mx1.get('smtp/aliases', domain, `sales@${domain}`)).toBe('owner@elsewhere.test')
  expect(await holds()).toEqual([])
})

test('what a node has of a domain that it refuses as a whole is remembered', async () => {
  const { id: nodeId } = await nodeOf('mx1')
  const line = { nodeId, map: 'dkim/keytable', domain, key: 'a-key-that-is-given-up' }
  await db.nodeHold.create({ data: { ...line, appliedValue: `${domain}:old`, reason: 'refused', words: 'no' } })
  mx1.pairs.clear()
  mx1.pairs.set(pairId(line), new Map([[line.key, `${domain}:old`]]))
  mx1.refuse = () => 'nothing of it'
  await resync()
  expect(await holds()).toContain(`dkim/keytable a-key-that-is-given-up ${domain}:old refused`)
  expect(await holds()).toContain(`smtp/domains ${domain} null refused`)
  expect(await db.nodeHold.count({ where: { NOT: { words: 'nothing of it' } } })).toBe(0)
})

test('a line that went away stays on hold until its daemon has been reloaded', async () => {
  const failed: ReloadAnswer = { daemon: 'opendkim-sign', state: 'failed', inMs: 0, words: 'failed' }
  mx1.reloads = () => [failed]
  const { id: nodeId } = await nodeOf('mx1')
  const line = { nodeId, map: 'dkim/signingtable', domain, key: `*@${domain}` }
  await db.nodeHold.create({ data: { ...line, appliedValue: null, reason: 'reload-failed', words: 'failed' } })
  await resync()
  expect(await holds()).toEqual([`dkim/signingtable *@${domain} null reload-failed`])
  mx1.reloads = () => []
  await resync()
  expect(await holds()).toEqual([])
})

test('a node that has everything is told the release all the same', async () => {
  const { number } = await db.release.findFirstOrThrow({ orderBy: { number: 'desc' } })
  const older = await mx1.deliver({ epoch: 1, release: '0', auditHead: '', changes: [], keys: {} })
  expect(older.release).toBe('0')
  await resync()
  expect((await mx1.status()).release).toBe(number.toString())
})
