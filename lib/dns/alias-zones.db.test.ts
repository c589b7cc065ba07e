import { afterAll, beforeEach, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { applyDnsPlan } from '@/lib/dns/apply-plan'
import type { DnsDeps } from '@/lib/dns/deps'
import { makeDnsPlan } from '@/lib/dns/make-plan'
import { publishRecords } from '@/lib/dns/publish-domain'
import { listDnsRecords, requireDnsPlan } from '@/lib/dns/queries'
import { confirmDnsPlan, requestDnsPlan } from '@/lib/dns/requests'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, setDomainProvider } from '@/lib/dns/service'
import { fakeProvider } from '@/lib/dns/testing/fake-provider'
import { FakeZone } from '@/lib/dns/testing/fake-zone'
import type { DomainName } from '@/lib/domains/name'
import { createDomainAlias } from '@/lib/domains/service'
import { closeQueue } from '@/lib/jobs/queue'

const client = testDb()
const actor = systemActor('test')
const domain = 'a.test' as DomainName

let zone: FakeZone
beforeEach(async () => {
  zone = new FakeZone('192.0.2.54', ['192.0.2.53'], 60, 30)
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: ['192.0.2.1'], services: {} },
      ...{ agentUrl: '', agentFingerprint: '', agentTokenSealed: '' },
    },
  })
  await client.domain.create({ data: { name: domain } })
  const lab = { name: 'Lab', kind: 'powerdns', url: 'http://127.0.0.1:8081', secret: 'key' }
  await addProvider(actor, addProviderSchema.parse(lab))
  await setDomainProvider(actor, { domain, provider: 'Lab' })
  // The provider holds the zone `test` and not `example`.
  for (const alias of ['b.test', 'a.example'])
    await createDomainAlias(actor, { name: domain, alias: alias as DomainName })
})
afterAll(closeQueue)

const deps = (): DnsDeps => ({ ...zone.deps, connect: () => fakeProvider('test', zone.records) })
const mxOf = (name: string) => zone.records.get(`${name} MX`)

test('other names are published in their own zones, and looked at there', async () => {
  const done = await publishRecords(actor, domain, deps())
  const ofMx = done.filter(({ type }) => type === 'MX').map(({ name, outcome }) => [name, outcome.status])
  expect(Object.fromEntries(ofMx)).toEqual({ 'a.test': 'published', 'b.test': 'published', 'a.example': 'refused' })
  expect([mxOf('a.test'), mxOf('b.test'), mxOf('a.example')]).toEqual([
    ['10 mx1.host.test.'],
    ['10 mx1.host.test.'],
    undefined,
  ])
  const { records } = await listDnsRecords(actor, domain)
  const states = records.filter(({ purpose }) => purpose === 'mx').map((row) => [row.name, row.observation?.state])
  expect(Object.fromEntries(states)).toEqual({ 'a.test': 'ok', 'b.test': 'ok', 'a.example': 'temperror' })
})

test('a plan names the zone of each of them, and is published there', async () => {
  const { result } = await requestDnsPlan(actor, { domain })
  await makeDnsPlan(result.id, deps())
  const { content } = await requireDnsPlan(actor, domain, result.id)
  const ofMx = content?.sets
    .filter(({ type }) => type === 'MX')
    .map((set) => [set.name, [set.zone, set.outcome?.status]])
  expect(Object.fromEntries(ofMx ?? [])).toEqual({
    'a.test': ['test', undefined],
    'b.test': ['test', undefined],
    'a.example': [null, 'refused'],
  })
  await confirmDnsPlan(actor, { domain, plan: result.id })
  await applyDnsPlan(result.id, deps())
  expect([mxOf('b.test'), mxOf('a.example')]).toEqual([['10 mx1.host.test.'], undefined])
  expect(await requireDnsPlan(actor, domain, result.id)).toMatchObject({ state: 'published' })
})
