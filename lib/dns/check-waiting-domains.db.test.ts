import { beforeEach, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { checkWaitingDomains } from '@/lib/dns/check-waiting-domains'
import type { DnsDeps } from '@/lib/dns/deps'
import { listDnsRecords } from '@/lib/dns/queries'
import { syncDomainRecords } from '@/lib/dns/sync'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'

const client = testDb()
const NOW = new Date('2026-11-22T12:00:00Z')
const [SERVER, SECOND, RESOLVER] = ['192.0.2.54', '192.0.2.55', '192.0.2.53']
const MX = { 'a.test MX': ['10 mx1.host.test.'] }

/** A world of two name servers, `seconds` after the start, and the questions it was asked. */
function world(servers: Record<string, Record<string, string[]>>, seconds: number) {
  const log: string[] = []
  const delegation = { 'test NS': ['ns1.test.', 'ns2.test.'], 'ns1.test A': [SERVER], 'ns2.test A': [SECOND] }
  const ask = fakeAsk('test', { ...servers, [RESOLVER]: { ...delegation, ...servers[RESOLVER] } }, log)
  const deps: DnsDeps = {
    dns: { ask, resolvers: [{ address: RESOLVER, port: 53 }] },
    connect: () => {
      throw new Error('nothing is to be written')
    },
    clock: () => new Date(NOW.getTime() + seconds * 1000),
  }
  return { deps, log }
}

const mxState = async () =>
  (await listDnsRecords(systemActor('test'), 'a.test')).records.find(({ purpose }) => purpose === 'mx')?.observation
    ?.state ?? null

beforeEach(async () => {
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: ['192.0.2.1'] },
      ...{ agentUrl: '', agentFingerprint: '', agentTokenSealed: '', services: {} },
    },
  })
  const { id } = await client.domain.create({ data: { name: 'a.test' } })
  await client.$transaction((tx) => syncDomainRecords(tx, id))
})

test('a record that one server does not have yet turns by itself, and is then left alone', async () => {
  expect(await mxState()).toBeNull()
  await checkWaitingDomains(world({ [SERVER]: MX, [SECOND]: {} }, 0).deps)
  expect(await mxState()).toBe('propagating')
  const everywhere = { [SERVER]: MX, [SECOND]: MX, [RESOLVER]: MX }
  await checkWaitingDomains(world(everywhere, 2).deps)
  expect(await mxState()).toBe('propagating')
  await checkWaitingDomains(world(everywhere, 6).deps)
  expect(await mxState()).toBe('ok')
  await client.dnsRecord.deleteMany({ where: { purpose: { not: 'mx' } } })
  const { deps, log } = world(everywhere, 86_400)
  await checkWaitingDomains(deps)
  expect(log).toEqual([])
})

test('what has been missing for long is asked about ever more rarely, once an hour at least', async () => {
  const hour = 3600
  await checkWaitingDomains(world({ [SERVER]: {}, [SECOND]: {} }, 0).deps)
  const asksAt = async (seconds: number) => {
    const { deps, log } = world({ [SERVER]: {}, [SECOND]: {} }, seconds)
    await checkWaitingDomains(deps)
    return log.length > 0
  }
  expect(await asksAt(hour)).toBe(true)
  expect(await asksAt(hour + 60)).toBe(false)
  expect(await asksAt(hour + 240)).toBe(true)
  expect(await asksAt(100 * hour)).toBe(true)
  expect(await asksAt(101 * hour - 1)).toBe(false)
  expect(await asksAt(101 * hour)).toBe(true)
})
