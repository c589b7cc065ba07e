import { expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import type { AggregateRecord } from '@/lib/dmarc/schema'
import { importReport } from '@/lib/dmarc/service'
import { lookUpNames } from '@/lib/dmarc/sources/look-up-names'
import { listSources } from '@/lib/dmarc/sources/queries'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import type { Dns } from '@/lib/dns/resolver'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'

const client = testDb()
const system = systemActor('test')
const NOW = new Date('2026-11-22T12:00:00Z')
const clock = () => NOW
const RESOLVER = '192.0.2.53'

async function give(): Promise<void> {
  await client.domain.create({
    data: {
      ...{ name: 'example.org', hostedName: { create: { name: 'example.org' } } },
      dkimKeys: { create: [{ selector: 's1', publicKey: 'AAAA', state: 'active' }] },
    },
  })
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: ['192.0.2.10'], services: {} },
      ...{ agentUrl: '', agentFingerprint: '', agentTokenSealed: '' },
    },
  })
  const base = sampleReport()
  const begin = NOW.getTime() / 1000 - 36 * 3600
  const foreign: Partial<AggregateRecord> = { dkim: 'fail', spf: 'fail', dkimResults: [], disposition: 'reject' }
  const xml = reportXml({
    ...base,
    metadata: { ...base.metadata, begin, end: begin + 86_399 },
    records: [
      sampleRecord({ count: 5 }),
      sampleRecord({ ...foreign, count: 3, sourceIp: '9.9.9.10' }),
      sampleRecord({ ...foreign, count: 2, sourceIp: '9.9.9.11' }),
      sampleRecord({ ...foreign, count: 1, sourceIp: '2620:fe::10' }),
    ],
  })
  expect(await importReport(system, { name: 'r', content: Buffer.from(xml) }, clock)).toMatchObject({ state: 'stored' })
}

const world = (records: Record<string, string[]>, log: string[] = []): { dns: Dns; clock: () => Date } => ({
  dns: {
    ask: fakeAsk('test', { [RESOLVER]: records }, log),
    resolvers: [{ address: RESOLVER, port: 53 }],
  },
  clock,
})

const NAMES = {
  '10.9.9.9.in-addr.arpa PTR': ['o1.ptr.sendgrid.net.'],
  'o1.ptr.sendgrid.net A': ['9.9.9.10'],
  // Says that it is Google, and Google does not say so.
  '11.9.9.9.in-addr.arpa PTR': ['mail.google.com.'],
  'mail.google.com A': ['192.0.2.99'],
}

test('a name counts when it leads back, is asked once, and turns an address into a source', async () => {
  await give()
  const before = await listSources(system, 'example.org', { now: NOW })
  expect(before.map(({ key, messages }) => [key, messages])).toEqual([
    ['own:mx1', 5],
    ['unknown:9.9.9.10', 3],
    ['unknown:9.9.9.11', 2],
    ['unknown:2620:fe::10', 1],
  ])
  const log: string[] = []
  expect(await lookUpNames(world(NAMES, log))).toBe(false)
  const asked = log.length
  await lookUpNames(world(NAMES, log))
  expect(log).toHaveLength(asked)
  const after = await listSources(system, 'example.org', { now: NOW })
  expect(after.map(({ key, advice, stopped }) => [key, advice, stopped])).toEqual([
    ['own:mx1', 'none', 0],
    ['service:sendgrid', 'sign', 3],
    ['unknown:9.9.9.11', 'find-out', 2],
    ['unknown:2620:fe::10', 'find-out', 1],
  ])
})

test('what no server answers is asked again hours later, and holds nobody up', async () => {
  await give()
  const { ask } = world({}).dns
  const silent = { dns: { ask, resolvers: [{ address: '192.0.2.54', port: 53 }] }, clock }
  await lookUpNames(silent)
  expect(await client.addressName.count()).toBe(4)
  const log: string[] = []
  await lookUpNames(world(NAMES, log))
  expect(log).toEqual([])
  const later = new Date(NOW.getTime() + 7 * 3_600_000)
  await lookUpNames({ ...world(NAMES), clock: () => later })
  expect((await client.addressName.findMany({ where: { name: { not: '' } } })).map(({ name }) => name)).toEqual([
    'o1.ptr.sendgrid.net',
  ])
})

test('a key that signed in the time that is looked at is not held against the node', async () => {
  await give()
  const retire = (state: 'revoked' | 'removed', daysAgo: number) =>
    client.dkimKey.updateMany({ data: { state, retiredAt: new Date(NOW.getTime() - daysAgo * 86_400_000) } })
  const advice = async () => (await listSources(system, 'example.org', { now: NOW }))[0]?.advice
  await retire('revoked', 20)
  expect(await advice()).toBe('none')
  await retire('removed', 60)
  expect(await advice()).toBe('retired-key')
})
