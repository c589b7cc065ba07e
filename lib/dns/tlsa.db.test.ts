import { beforeEach, expect, test } from 'vitest'
import { PROTOCOL, type StatusAnswer, type TlsKeys } from '@/lib/agent-protocol/messages'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import type { DnsAnswer } from '@/lib/dns/answer'
import { checkDomainDns } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { listDnsRecords } from '@/lib/dns/queries'
import { syncDomainRecords } from '@/lib/dns/sync'
import { answerOf, fakeAsk } from '@/lib/dns/testing/fake-ask'
import { storeStatus } from '@/lib/nodes/store-status'

/** TLSA records of a node whose host name stands in the zone of a domain of ours. */

const client = testDb()
const actor = systemActor('test')
const HOST = 'mx1.a.test'
const SERVER = '192.0.2.54'
const RESOLVER = '192.0.2.53'
const [FIRST, SECOND, THIRD] = ['1a', '2b', '3c'].map((octet) => octet.repeat(32)) as [string, string, string]

function statusWith(tlsKeys?: TlsKeys): StatusAnswer {
  return {
    ...{ protocol: PROTOCOL, node: 'mx1', roles: ['smtp'], hostName: HOST, epoch: 0, release: '0', versions: {} },
    ...{ daemons: [], diskFreeBytes: 1, queueSize: 0, ...(tlsKeys && { tlsKeys }) },
  }
}

/** The host's address at the zone's server, and at a resolver that validates or not, or is silent. */
function deps(resolver: 'signed' | 'unsigned' | 'silent'): DnsDeps {
  const zone = { [`${HOST} A`]: ['192.0.2.1'] }
  const seen: DnsAnswer = { ...answerOf(HOST, 'A', ['192.0.2.1']), isAuthentic: resolver === 'signed' } as DnsAnswer
  const silent: DnsAnswer = { status: 'temperror', reason: 'timeout', words: 'silent' }
  const found = { 'test NS': ['ns.test.'], 'ns.test A': [SERVER], [`${HOST} A`]: resolver === 'silent' ? silent : seen }
  const dns = {
    ask: fakeAsk('test', { [SERVER]: zone, [RESOLVER]: found }),
    resolvers: [{ address: RESOLVER, port: 53 }],
  }
  const connect = () => {
    throw new Error('nothing is to be written')
  }
  return { dns, connect, clock: () => new Date('2026-11-22T12:00:00Z') }
}

const look = (resolver: Parameters<typeof deps>[0]) => checkDomainDns(actor, 'a.test', deps(resolver))
const records = async () => (await listDnsRecords(actor, 'a.test')).records
const tlsa = async () =>
  (await records()).filter(({ purpose }) => purpose === 'tlsa').map(({ name, value }) => `${name} ${value}`)
const lines = (...digests: string[]) => digests.map((digest) => `_25._tcp.${HOST} 3 1 1 ${digest}`)

let domainId: string
let nodeId: string
beforeEach(async () => {
  const data = { name: 'mx1', roles: ['smtp'], hostName: HOST, publicAddresses: ['192.0.2.1'], services: {} }
  const status = statusWith({ served: FIRST, next: SECOND })
  const agent = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  nodeId = (await client.node.create({ data: { ...data, ...agent, status } })).id
  domainId = (await client.domain.create({ data: { name: 'a.test' } })).id
  await client.$transaction((tx) => syncDomainRecords(tx, domainId))
})

test('both keys are in the plan as soon as a validating resolver vouched for the host’s address, not before', async () => {
  expect(await tlsa()).toEqual([])
  await look('unsigned')
  expect(await tlsa()).toEqual([])
  await look('signed')
  expect(await tlsa()).toEqual(lines(FIRST, SECOND))
  const address = (await records()).find(({ purpose }) => purpose === 'host-address')
  expect(address?.observation).toMatchObject({ state: 'ok', isAuthentic: true })
})

test('a resolver that is silent takes nothing away; one that answers without signatures does', async () => {
  await look('signed')
  await look('silent')
  expect(await tlsa()).toEqual(lines(FIRST, SECOND))
  await look('unsigned')
  expect(await tlsa()).toEqual([])
})

test('records follow the keys that the node tells, and one that has no next key has the served one alone', async () => {
  await look('signed')
  await storeStatus(nodeId, statusWith({ served: SECOND, next: THIRD }))
  expect(await tlsa()).toEqual(lines(SECOND, THIRD))
  await storeStatus(nodeId, statusWith({ served: SECOND, next: null }))
  expect(await tlsa()).toEqual(lines(SECOND))
})

test.each([
  ['an agent that does not tell keys', statusWith()],
  ['a node of which the served key is not known', statusWith({ served: null, next: SECOND })],
])('%s has none', async (_, status) => {
  await look('signed')
  await storeStatus(nodeId, status)
  expect(await tlsa()).toEqual([])
})

test('a domain that wants no DANE has none', async () => {
  await look('signed')
  await client.domain.update({ where: { id: domainId }, data: { dnsPolicy: { dane: false } } })
  await client.$transaction((tx) => syncDomainRecords(tx, domainId))
  expect(await tlsa()).toEqual([])
})

test('a node that has forgotten what it confirmed is to be compared as a whole', async () => {
  expect(await storeStatus(nodeId, statusWith())).toBe(false)
  await client.node.update({ where: { id: nodeId }, data: { confirmedRelease: 7n } })
  expect(await storeStatus(nodeId, statusWith())).toBe(true)
  expect(await client.node.findUniqueOrThrow({ where: { id: nodeId } })).toMatchObject({ confirmedRelease: 0n })
})
