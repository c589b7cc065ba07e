import { expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { deliveryOf } from '@/lib/releases/wait'

const db = testDb()

test('a node that confirms a release and holds its lines back at once is never seen to run them', async () => {
  const { id: nodeId } = await db.node.create({
    data: {
      ...{ name: 'imap1', roles: ['imap'], hostName: 'imap1.posthouse.test', agentUrl: 'https://127.0.0.1:1' },
      ...{ agentFingerprint: '', agentTokenSealed: '', services: { lmtp: '127.0.0.20:2424' } },
    },
  })
  await db.admin.create({ data: { email: 'owner@elsewhere.test', name: 'Owner', role: 'owner', passwordHash: '' } })
  const created = await createDomain(systemActor('test'), { name: 'example.test' as DomainName, description: '' })
  const release = created.release ?? ''
  const { map, domain, key } = await db.releaseChange.findFirstOrThrow({ where: { release: BigInt(release) } })
  const hold = {
    nodeId,
    map,
    domain,
    key,
    appliedValue: null,
    reason: 'waits:imap2',
    words: 'imap2 does not have it yet',
  }

  let isOver = false
  const flip = async () => {
    while (!isOver) {
      await db.$transaction([
        db.nodeHold.create({ data: hold }),
        db.node.update({ where: { id: nodeId }, data: { confirmedRelease: BigInt(release) } }),
      ])
      await db.$transaction([
        db.nodeHold.deleteMany(),
        db.node.update({ where: { id: nodeId }, data: { confirmedRelease: 0n } }),
      ])
    }
  }
  const flipping = flip()
  const seen = new Map<string, number>()
  for (let look = 0; look < 500; look++) {
    const { state, nodes } = await deliveryOf(release)
    const which = `${state} ${nodes[0]?.words ?? ''}`
    seen.set(which, (seen.get(which) ?? 0) + 1)
  }
  isOver = true
  await flipping
  expect([...seen.keys()].sort()).toEqual(['waiting ', 'waiting imap2 does not have it yet'])
  await db.node.update({ where: { id: nodeId }, data: { confirmedRelease: BigInt(release) } })
  expect(await deliveryOf(release)).toMatchObject({ state: 'live' })
})
