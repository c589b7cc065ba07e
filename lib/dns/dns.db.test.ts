import { beforeEach, describe, expect, test } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import type { DnsAnswer } from '@/lib/dns/answer'
import { checkDomainDns } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { publishRecords } from '@/lib/dns/publish-domain'
import { rfc2136Provider } from '@/lib/dns/providers/rfc2136'
import { listDnsRecords, listProviders, zoneText } from '@/lib/dns/queries'
import { addProviderSchema, ownRecordSchema, removeOwnRecordSchema } from '@/lib/dns/schema'
import { addOwnRecord, addProvider, removeOwnRecord, setDomainProvider, syncAllDomainRecords } from '@/lib/dns/service'
import { syncDomainRecords } from '@/lib/dns/sync'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'
import { AppError } from '@/lib/errors/app-error'

const client = testDb()
const actor = systemActor('test')
const NOW = new Date('2026-11-22T12:00:00Z')
const SERVER = '192.0.2.54'
const RESOLVER = '192.0.2.53'
const SPF = 'v=spf1 ip4:192.0.2.1 ~all'

/** A domain administrator who was granted nothing. */
async function stranger(): Promise<Actor> {
  const row = await client.admin.create({
    data: { email: 's@x.test', name: 'S', role: 'domain_admin', passwordHash: '' },
  })
  return { kind: 'admin', id: row.id, name: row.name, role: row.role, sessionId: '', address: null }
}

function deps(servers: Record<string, Record<string, string[] | DnsAnswer>>, now = NOW): DnsDeps {
  const dns = { ask: fakeAsk('test', servers), resolvers: [{ address: RESOLVER, port: 53 }] }
  const refuse = () => Promise.reject(new Error('nothing is to be written'))
  const connect: DnsDeps['connect'] = (config, credential) => {
    if (config.kind !== 'rfc2136') throw new Error(config.kind)
    return rfc2136Provider(config, credential, dns, refuse)
  }
  return { dns, connect, clock: () => now }
}

async function addNode(name: string, address: string) {
  return client.node.create({
    data: {
      name,
      roles: ['smtp'],
      hostName: `${name}.host.test`,
      publicAddresses: [address],
      agentUrl: '',
      agentFingerprint: '',
      agentTokenSealed: '',
      services: {},
    },
  })
}

const provider = (more: object = {}) =>
  addProviderSchema.parse({
    name: 'Lab',
    kind: 'rfc2136',
    server: SERVER,
    keyName: 'panel',
    secret: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ=',
    authoritative: [{ address: SERVER, port: 53 }],
    ...more,
  })

let domainId: string
beforeEach(async () => {
  await addNode('mx1', '192.0.2.1')
  domainId = (await client.domain.create({ data: { name: 'a.test' } })).id
  await client.$transaction((tx) => syncDomainRecords(tx, domainId))
})

const values = async () =>
  (await listDnsRecords(actor, 'a.test')).records.map((record) => `${record.purpose} ${record.name} ${record.value}`)
const own = (more: object = {}) =>
  ownRecordSchema.parse({ domain: 'a.test', name: 'www', type: 'A', value: '192.0.2.80', ...more })

const at = (domain: string, id: string) => removeOwnRecordSchema.parse({ domain, id })

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AppError)) throw new Error('was not refused', { cause: error })
  return `${error.code} ${error.messageKey}`
}

describe('stored records', () => {
  test('are those that the domain should have, and follow the nodes', async () => {
    expect(await values()).toEqual([
      'mx a.test 10 mx1.host.test.',
      `spf a.test ${SPF}`,
      'dmarc _dmarc.a.test v=DMARC1; p=none; rua=mailto:postmaster@a.test',
      'tls-rpt _smtp._tls.a.test v=TLSRPTv1; rua=mailto:postmaster@a.test',
    ])
    await addNode('mx2', '2001:db8::2')
    await syncAllDomainRecords(actor)
    expect(await values()).toContain('spf a.test v=spf1 ip4:192.0.2.1 ip6:2001:db8::2 ~all')
    expect(await values()).not.toContain(`spf a.test ${SPF}`)
  })

  test('keep what was observed while they stay the same', async () => {
    await checkDomainDns(actor, 'a.test', deps({ [RESOLVER]: {} }))
    const before = await client.dnsObservation.count()
    await client.$transaction((tx) => syncDomainRecords(tx, domainId))
    expect(await client.dnsObservation.count()).toBe(before)
    expect(before).toBe(4)
  })

  test('that are no longer wanted are remembered as withdrawn where we publish, and gone when DNS has lost them', async () => {
    await addProvider(actor, provider())
    await setDomainProvider(actor, { domain: 'a.test', provider: 'Lab' })
    await client.node.updateMany({ data: { publicAddresses: ['192.0.2.2'] } })
    const still = { 'a.test TXT': [SPF] }
    await checkDomainDns(actor, 'a.test', deps({ [SERVER]: still, [RESOLVER]: still }))
    expect(await values()).toContain(`withdrawn a.test ${SPF}`)
    await checkDomainDns(actor, 'a.test', deps({ [SERVER]: {}, [RESOLVER]: {} }))
    expect((await values()).filter((line) => line.startsWith('withdrawn'))).toEqual([])
  })
})

describe('records that were withdrawn', () => {
  const withdrawn = async () => (await values()).filter((line) => line.startsWith('withdrawn'))
  const look = (zone: Record<string, string[]>) =>
    checkDomainDns(actor, 'a.test', deps({ [SERVER]: zone, [RESOLVER]: zone }))
  beforeEach(async () => {
    await addProvider(actor, provider())
    await setDomainProvider(actor, { domain: 'a.test', provider: 'Lab' })
  })

  test('an address that was given up is known until the shared SPF record has lost it', async () => {
    await client.node.updateMany({ data: { publicAddresses: ['192.0.2.2'] } })
    await look({ 'a.test TXT': ['v=spf1 ip4:192.0.2.1 include:x.test ~all'] })
    expect(await withdrawn()).toEqual([`withdrawn a.test ${SPF}`])
    const { records } = await listDnsRecords(actor, 'a.test')
    expect(records.find((record) => record.purpose === 'spf')?.merged).toBe('v=spf1 ip4:192.0.2.2 include:x.test ~all')
    await look({ 'a.test TXT': ['v=spf1 ip4:192.0.2.2 include:x.test ~all'] })
    expect(await withdrawn()).toEqual([])
  })

  test('an MX is known by its host until that is gone, whatever its preference', async () => {
    await client.node.updateMany({ data: { hostName: 'mx2.host.test' } })
    await look({ 'a.test MX': ['5 mx1.host.test.'] })
    expect(await withdrawn()).toEqual(['withdrawn a.test 10 mx1.host.test.'])
    await look({ 'a.test MX': ['5 mx2.host.test.'] })
    expect(await withdrawn()).toEqual([])
  })
})

describe('checking', () => {
  const NS: Record<string, string[]> = { 'test NS': ['ns.test.'], 'ns.test A': [SERVER] }

  test('finds the servers by NS, stores each record’s state and since when it has it', async () => {
    const zone = { 'a.test MX': ['10 mx1.host.test.'], 'a.test TXT': ['site=1', 'v=spf1 include:x.test -all'] }
    await checkDomainDns(actor, 'a.test', deps({ [SERVER]: zone, [RESOLVER]: { ...zone, ...NS } }))
    const later = new Date(NOW.getTime() + 60_000)
    await checkDomainDns(actor, 'a.test', deps({ [SERVER]: zone, [RESOLVER]: { ...zone, ...NS } }, later))
    const { records } = await listDnsRecords(actor, 'a.test')
    expect(records.map((record) => [record.purpose, record.observation?.state])).toEqual([
      ['mx', 'ok'],
      ['spf', 'different'],
      ['dmarc', 'missing'],
      ['tls-rpt', 'missing'],
    ])
    expect(records[0]?.observation).toMatchObject({ since: NOW, checkedAt: later })
    expect(records[1]).toMatchObject({
      merged: 'v=spf1 ip4:192.0.2.1 include:x.test -all',
      found: ['site=1', 'v=spf1 include:x.test -all'],
    })
    expect(await zoneText(actor, 'a.test')).toContain(
      'a.test. 3600 IN TXT "v=spf1 ip4:192.0.2.1 include:x.test -all"\n',
    )
  })

  test('calls it a temporary failure, never a missing record, when nobody answers', async () => {
    await checkDomainDns(actor, 'a.test', deps({}))
    const { records } = await listDnsRecords(actor, 'a.test')
    expect(new Set(records.map((record) => record.observation?.state))).toEqual(new Set(['temperror']))
  })
})

describe('own records', () => {
  test('are added, listed and removed', async () => {
    const { result } = await addOwnRecord(actor, own())
    expect(await values()).toContain('own www.a.test 192.0.2.80')
    await removeOwnRecord(actor, at('a.test', result.id))
    expect(await values()).not.toContain('own www.a.test 192.0.2.80')
    expect(await refusal(removeOwnRecord(actor, at('a.test', result.id)))).toBe('NOT_FOUND dns.recordMissing')
  })

  test('leave no trace beside a record of another domain', async () => {
    const { result } = await addOwnRecord(actor, own())
    await client.domain.create({ data: { name: 'b.test' } })
    expect(await refusal(removeOwnRecord(actor, at('b.test', result.id)))).toBe('NOT_FOUND dns.recordMissing')
  })

  test.each([
    [own(), 'CONFLICT dns.exists'],
    [own({ type: 'CNAME', value: 'b.test' }), 'CONFLICT dns.cnameBeside'],
    [own({ name: '@', type: 'MX', value: '10 b.test' }), 'CONFLICT dns.managed'],
    [own({ name: '', type: 'TXT', value: 'v=spf1 -all' }), 'CONFLICT dns.managed'],
    [own({ name: '_dmarc', type: 'TXT', value: 'v=DMARC1; p=reject' }), 'CONFLICT dns.managed'],
  ])('that would break something are refused: %o', async (input, expected) => {
    await addOwnRecord(actor, own())
    expect(await refusal(addOwnRecord(actor, input))).toBe(expected)
  })

  test('beside a key are refused: verifiers could take either', async () => {
    const key = await client.dkimKey.create({
      data: { domainId, selector: 's1', publicKey: 'AAAA', state: 'generated' },
    })
    await client.$transaction((tx) => syncDomainRecords(tx, domainId))
    expect(
      await refusal(addOwnRecord(actor, own({ name: `${key.selector}._domainkey`, type: 'TXT', value: 'x' }))),
    ).toBe('CONFLICT dns.managed')
  })

  test.each([
    [{ name: 'a b' }, 'name'],
    [{ name: 'x\ny' }, 'name'],
    [{ value: '192.0.2.300' }, 'value'],
    [{ type: 'TXT', value: 'line\nend' }, 'value'],
    [{ type: 'TXT', value: 'é' }, 'value'],
    [{ type: 'CNAME', name: '@', value: 'b.test' }, 'type'],
    [{ ttlSeconds: '0' }, 'ttlSeconds'],
  ])('are refused at the field: %o', (wrong, field) => {
    const parsed = ownRecordSchema.safeParse({
      domain: 'a.test',
      name: 'www',
      type: 'A',
      value: '192.0.2.80',
      ...wrong,
    })
    expect(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path[0])).toContain(field)
  })

  test('names are taken inside the domain, whatever is typed', () => {
    for (const [typed, name] of [
      ['WWW', 'www.a.test'],
      ['www.a.test.', 'www.a.test'],
      ['@', 'a.test'],
      ['b.test', 'b.test.a.test'],
      ['nota.test', 'nota.test.a.test'],
    ] as const)
      expect(own({ name: typed }).name).toBe(name)
  })
})

describe('providers', () => {
  test('are stored with their secret sealed, and shown without it', async () => {
    await addProvider(actor, provider())
    const row = await client.dnsProvider.findFirstOrThrow()
    expect(row.credentialSealed).toMatch(/^w1\./)
    expect(
      JSON.stringify([row, await listProviders(actor), await client.auditEntry.findMany({ select: { detail: true } })]),
    ).not.toContain('c2VjcmV0')
    expect(await refusal(addProvider(actor, provider()))).toBe('CONFLICT dns.providerExists')
    expect(await refusal(setDomainProvider(actor, { domain: 'a.test', provider: 'None' }))).toBe(
      'NOT_FOUND dns.providerMissing',
    )
  })

  test.each([
    { server: 'ns.example.org' },
    { secret: 'short' },
    { secret: 'a"b;c'.repeat(9) },
    { keyName: 'k"; }' },
    { algorithm: 'hmac-md5' },
  ])('are refused with %o', (wrong) => {
    expect(() => provider(wrong)).toThrow()
  })

  test('without one there is nothing to publish with', async () => {
    expect(await refusal(publishRecords(actor, 'a.test', deps({})))).toBe('CONFLICT dns.noProvider')
  })

  test('what is there already is not written, what is another’s stays, a silent server is a temporary failure', async () => {
    await addProvider(actor, provider())
    await setDomainProvider(actor, { domain: 'a.test', provider: 'Lab' })
    const live = {
      'a.test MX': ['10 old.test.'],
      'a.test TXT': [SPF],
      '_dmarc.a.test TXT': ['v=DMARC1; p=reject; rua=mailto:postmaster@a.test'],
      '_smtp._tls.a.test TXT': ['v=TLSRPTv1; rua=mailto:postmaster@a.test'],
    }
    const done = await publishRecords(actor, 'a.test', deps({ [SERVER]: live, [RESOLVER]: live }))
    expect(done.map(({ name, type, outcome }) => `${name} ${type} ${outcome.status}`).sort()).toEqual([
      '_dmarc.a.test TXT unchanged',
      '_smtp._tls.a.test TXT unchanged',
      'a.test MX kept',
      'a.test TXT unchanged',
    ])
    const { records } = await listDnsRecords(actor, 'a.test')
    expect(records[0]?.observation).toMatchObject({
      state: 'different',
      publish: { status: 'kept', words: 'foreign-mx' },
    })
    const silent = await publishRecords(actor, 'a.test', deps({}))
    expect(new Set(silent.map(({ outcome }) => outcome.status))).toEqual(new Set(['temperror']))
  })
})

test('a stranger finds none of it', async () => {
  const other = await stranger()
  const { result } = await addOwnRecord(actor, own())
  const tries = [
    listDnsRecords(other, 'a.test'),
    zoneText(other, 'a.test'),
    checkDomainDns(other, 'a.test', deps({})),
    publishRecords(other, 'a.test', deps({})),
    addOwnRecord(other, own({ name: 'x' })),
    removeOwnRecord(other, at('a.test', result.id)),
    setDomainProvider(other, { domain: 'a.test', provider: null }),
  ]
  expect(await Promise.all(tries.map(refusal))).toEqual(tries.map(() => 'NOT_FOUND domain.missing'))
  expect(await refusal(addProvider(other, provider()))).toBe('FORBIDDEN auth.forbidden')
  expect(await refusal(syncAllDomainRecords(other))).toBe('FORBIDDEN auth.forbidden')
})
