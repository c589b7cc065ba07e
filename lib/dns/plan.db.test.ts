import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { applyDnsPlan, failDnsPlan } from '@/lib/dns/apply-plan'
import type { DnsDeps } from '@/lib/dns/deps'
import { makeDnsPlan } from '@/lib/dns/make-plan'
import { kindOf } from '@/lib/dns/plan-content'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { listDnsRecords, listProviders, requireDnsPlan } from '@/lib/dns/queries'
import { confirmDnsPlan, requestDnsPlan, requestProviderTry, resumeDnsPlans } from '@/lib/dns/requests'
import { addProviderSchema, ownRecordSchema, removeOwnRecordSchema } from '@/lib/dns/schema'
import { addOwnRecord, addProvider, removeOwnRecord, removeProvider, setDomainProvider } from '@/lib/dns/service'
import { syncDomainRecords } from '@/lib/dns/sync'
import { fakeProvider, type FakeOptions } from '@/lib/dns/testing/fake-provider'
import { FakeZone } from '@/lib/dns/testing/fake-zone'
import { tryProvider } from '@/lib/dns/try-provider'
import { domainNameSchema } from '@/lib/domains/name'
import { createDomain, createDomainAlias } from '@/lib/domains/service'
import { leadMailHere, placeMail } from '@/lib/onboarding/service'
import { AppError } from '@/lib/errors/app-error'
import { closeQueue } from '@/lib/jobs/queue'

const client = testDb()
const actor = systemActor('test')
const DOMAIN = 'a.test'
const NAME = domainNameSchema.parse(DOMAIN)
const SERVER = '192.0.2.54'
const FOREIGN = 'v=spf1 include:x.test -all'
const MERGED = 'v=spf1 ip4:192.0.2.1 include:x.test -all'

let zone: FakeZone
let writes: string[]
beforeEach(async () => {
  zone = new FakeZone(SERVER, ['192.0.2.53'], 60, 30)
  zone.records.set(`${DOMAIN} TXT`, ['site=1', FOREIGN])
  zone.records.set(`${DOMAIN} MX`, ['10 other.test.'])
  writes = []
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: ['192.0.2.1'], services: {} },
      ...{ agentUrl: '', agentFingerprint: '', agentTokenSealed: '' },
    },
  })
  const { id } = await client.domain.create({ data: { name: DOMAIN } })
  await addProvider(
    actor,
    addProviderSchema.parse({ name: 'Lab', kind: 'powerdns', url: 'http://127.0.0.1:8081/api/v1/', secret: 'key' }),
  )
  await setDomainProvider(actor, { domain: DOMAIN, provider: 'Lab' })
  await client.$transaction((tx) => syncDomainRecords(tx, id))
})
afterAll(closeQueue)

function deps(options: FakeOptions = {}): DnsDeps {
  return { ...zone.deps, connect: () => fakeProvider('test', zone.records, { writes, ...options }) }
}

async function made(options: FakeOptions = {}): Promise<string> {
  const { result } = await requestDnsPlan(actor, { domain: DOMAIN })
  await makeDnsPlan(result.id, deps(options))
  return result.id
}
const show = (plan: string) => requireDnsPlan(actor, DOMAIN, plan)
const sets = async (plan: string) => (await show(plan)).content?.sets ?? []
const outcomes = async (plan: string) =>
  (await sets(plan)).map(({ name, type, outcome }) => `${name} ${type} ${outcome?.status}`).sort()
const confirm = (plan: string) => confirmDnsPlan(actor, { domain: NAME, plan })
const place = async () =>
  parseDnsPolicy((await client.domain.findUniqueOrThrow({ where: { name: DOMAIN } })).dnsPolicy).mx
const live = (key: string) => zone.records.get(`${DOMAIN} ${key}`)

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AppError)) throw new Error('was not refused', { cause: error })
  return `${error.code} ${error.messageKey}`
}

describe('a plan', () => {
  test('shows what would change and what is left, and changes nothing', async () => {
    const plan = await made()
    expect(await show(plan)).toMatchObject({ state: 'ready', actorName: 'test', content: { zone: 'test' } })
    expect((await sets(plan)).map((set) => `${kindOf(set)} ${set.name} ${set.type}`).sort()).toEqual([
      'added _dmarc.a.test TXT',
      'added _smtp._tls.a.test TXT',
      'changed a.test TXT',
      'kept a.test MX',
    ])
    const spf = (await sets(plan)).find((set) => set.type === 'TXT' && set.name === DOMAIN)
    expect(spf).toMatchObject({ before: ['site=1', FOREIGN], remove: [FOREIGN], add: [MERGED] })
    expect((await sets(plan)).at(-1)).toMatchObject({ type: 'MX', kept: ['foreign-mx'] })
    expect(writes).toEqual([])
  })

  test('is published when it is confirmed, each set once, with what came of it', async () => {
    const plan = await made()
    await applyDnsPlan(plan, deps())
    expect(writes).toEqual([])
    await confirm(plan)
    await applyDnsPlan(plan, deps())
    expect(await show(plan)).toMatchObject({ state: 'published', finishedAt: zone.now })
    expect(await outcomes(plan)).toEqual([
      '_dmarc.a.test TXT published',
      '_smtp._tls.a.test TXT published',
      'a.test MX undefined',
      'a.test TXT published',
    ])
    expect(live('TXT')).toEqual(['site=1', MERGED])
    expect(live('MX')).toEqual(['10 other.test.'])
    const { records } = await listDnsRecords(actor, DOMAIN)
    expect(records.find(({ purpose }) => purpose === 'spf')?.observation?.publish).toMatchObject({
      status: 'published',
    })
    expect(records.find(({ purpose }) => purpose === 'mx')?.observation?.publish).toMatchObject({
      status: 'kept',
      words: 'foreign-mx',
    })
    await applyDnsPlan(plan, deps())
    expect(writes).toHaveLength(3)
    expect(await client.auditEntry.count({ where: { action: 'dns:published' } })).toBe(1)
  })

  test('that moves the mail takes the MX of the old server out, and only then', async () => {
    await placeMail(actor, { domain: NAME, mx: 'later' })
    const early = await made()
    expect((await sets(early)).map((set) => `${kindOf(set)} ${set.type}`)).toContain('held MX')
    const id = (await leadMailHere(actor, { domain: NAME })) ?? ''
    await makeDnsPlan(id, deps())
    expect(await show(id)).toMatchObject({ state: 'ready', movesMail: true })
    expect((await sets(id)).at(-1)).toMatchObject({
      type: 'MX',
      remove: ['10 other.test.'],
      add: ['10 mx1.host.test.'],
    })
    expect(live('MX')).toEqual(['10 other.test.'])
    expect(await place()).toBe('later')
    await confirm(id)
    expect(await place()).toBe('here')
    await applyDnsPlan(id, deps())
    expect((await show(id)).state).toBe('published')
    expect(live('MX')).toEqual(['10 mx1.host.test.'])
  })

  test('that moves the mail leaves the MX of other names, and does not move that of a parked domain', async () => {
    await createDomainAlias(actor, { name: NAME, alias: domainNameSchema.parse('b.test') })
    zone.records.set('b.test MX', ['10 other.test.'])
    const id = (await leadMailHere(actor, { domain: NAME })) ?? ''
    await makeDnsPlan(id, deps())
    const exchanges = (await sets(id)).filter(({ type }) => type === 'MX')
    expect(exchanges.map(({ name, remove, kept }) => ({ name, remove, kept }))).toEqual([
      { name: DOMAIN, remove: ['10 other.test.'], kept: [] },
      { name: 'b.test', remove: [], kept: ['foreign-mx'] },
    ])
    await client.domain.update({ where: { name: DOMAIN }, data: { dnsPolicy: { isParked: true } } })
    expect(await refusal(requestDnsPlan(actor, { domain: DOMAIN, movesMail: true }))).toBe('INVALID dns.parkedMove')
  })

  test('that moves the mail does not, where something before it failed', async () => {
    const id = (await leadMailHere(actor, { domain: NAME })) ?? ''
    await makeDnsPlan(id, deps())
    await confirm(id)
    zone.records.set(`${DOMAIN} TXT`, ['site=2', FOREIGN])
    await applyDnsPlan(id, deps())
    expect(await outcomes(id)).toContain('a.test TXT stale')
    expect(await outcomes(id)).toContain('a.test MX skipped')
    expect(live('MX')).toEqual(['10 other.test.'])
    expect((await show(id)).state).toBe('stale')
  })

  test('that would move mail which comes here already has nothing to confirm', async () => {
    await placeMail(actor, { domain: NAME, mx: 'later' })
    zone.records.set(`${DOMAIN} MX`, ['5 mx1.host.test.'])
    const early = await made()
    await confirm(early)
    await applyDnsPlan(early, deps())
    expect(await place()).toBe('later')
    const id = (await leadMailHere(actor, { domain: NAME })) ?? ''
    await makeDnsPlan(id, deps())
    expect((await sets(id)).map(kindOf)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged'])
    expect(await place()).toBe('here')
  })

  test('leaves a set that changed since, publishes the others, and says so', async () => {
    const plan = await made()
    await confirm(plan)
    zone.records.set(`${DOMAIN} TXT`, ['site=2', FOREIGN])
    await applyDnsPlan(plan, deps())
    expect((await show(plan)).state).toBe('stale')
    expect(await outcomes(plan)).toContain('a.test TXT stale')
    expect(await outcomes(plan)).toContain('_dmarc.a.test TXT published')
    expect(live('TXT')).toEqual(['site=2', FOREIGN])
  })

  test('writes nothing that is no longer wanted: the server moved, a record was taken out, since it was made', async () => {
    await addOwnRecord(actor, ownRecordSchema.parse({ domain: DOMAIN, name: 'www', type: 'A', value: '192.0.2.80' }))
    const plan = await made()
    await client.node.updateMany({ data: { publicAddresses: ['192.0.2.9'] } })
    const row = await client.dnsRecord.findFirstOrThrow({ where: { purpose: 'own' } })
    await removeOwnRecord(actor, removeOwnRecordSchema.parse({ domain: DOMAIN, id: row.id }))
    await confirm(plan)
    await applyDnsPlan(plan, deps())
    expect((await show(plan)).state).toBe('stale')
    expect(await outcomes(plan)).toEqual([
      '_dmarc.a.test TXT published',
      '_smtp._tls.a.test TXT published',
      'a.test MX undefined',
      'a.test TXT outdated',
      'www.a.test A outdated',
    ])
    expect(live('TXT')).toEqual(['site=1', FOREIGN])
    expect(zone.records.has('www.a.test A')).toBe(false)
  })

  test('does not lead the mail here where that was put off since', async () => {
    const id = (await leadMailHere(actor, { domain: NAME })) ?? ''
    await makeDnsPlan(id, deps())
    await confirm(id)
    await placeMail(actor, { domain: NAME, mx: 'later' })
    await applyDnsPlan(id, deps())
    expect(await outcomes(id)).toContain('a.test MX outdated')
    expect(live('MX')).toEqual(['10 other.test.'])
  })

  test('of which somebody typed a part in by hand meanwhile counts that part as done', async () => {
    const plan = await made()
    await confirm(plan)
    zone.records.set(`${DOMAIN} TXT`, ['site=1', MERGED])
    await applyDnsPlan(plan, deps())
    expect((await show(plan)).state).toBe('published')
    expect(writes).not.toContain('a.test TXT')
  })

  test('goes on where a worker was killed, and writes nothing twice', async () => {
    const plan = await made()
    await confirm(plan)
    let left = 2
    const dying: DnsDeps = {
      ...deps(),
      connect: () => {
        const provider = fakeProvider('test', zone.records, { writes })
        return {
          ...provider,
          change: async (at, change) => {
            const result = await provider.change(at, change)
            if (--left === 0) throw new Error('killed')
            return result
          },
        }
      },
    }
    await expect(applyDnsPlan(plan, dying)).rejects.toThrow('killed')
    expect((await show(plan)).state).toBe('confirmed')
    await applyDnsPlan(plan, deps())
    expect((await show(plan)).state).toBe('published')
    expect(writes.sort()).toEqual(['_dmarc.a.test TXT', '_smtp._tls.a.test TXT', 'a.test TXT'])
  })

  test('is published once by two workers at the same time', async () => {
    const plan = await made()
    await confirm(plan)
    // Not every provider can refuse the second of two: this one takes its time and asks nothing.
    const slow: DnsDeps = {
      ...deps(),
      connect: () => ({
        ...fakeProvider('test', zone.records),
        change: async (_zone, { name, type, add }) => {
          writes.push(`${name} ${type}`)
          await sleep(100)
          zone.records.set(`${name} ${type}`, ['site=1', ...add])
          return { status: 'done' }
        },
      }),
    }
    await Promise.all([applyDnsPlan(plan, slow), applyDnsPlan(plan, slow)])
    expect((await show(plan)).state).toBe('published')
    expect(writes).toHaveLength(3)
  })

  test.each([
    ['does nothing', 'unconfirmed'],
    ['adds only', 'partial'],
    ['takes all away', 'partial'],
  ] as const)('through a provider that %s has failed, and says which set', async (fault, status) => {
    const plan = await made()
    await confirm(plan)
    await applyDnsPlan(plan, deps({ fault }))
    expect((await show(plan)).state).toBe('failed')
    expect(await outcomes(plan)).toContain(`a.test TXT ${status}`)
  })

  test('of a provider that does not hold the zone fails with its words', async () => {
    const { result } = await requestDnsPlan(actor, { domain: DOMAIN })
    await makeDnsPlan(result.id, { ...deps(), connect: () => fakeProvider('other.example', zone.records) })
    expect(await show(result.id)).toMatchObject({ state: 'failed', words: 'not here', content: null })
  })

  test('does not go to another provider than it was made for', async () => {
    const plan = await made()
    await confirm(plan)
    await setDomainProvider(actor, { domain: DOMAIN, provider: null })
    await applyDnsPlan(plan, deps())
    expect(await show(plan)).toMatchObject({ state: 'stale', words: 'provider' })
    expect(writes).toEqual([])
  })

  test('is confirmed once, by its domain, and only where it changes something', async () => {
    const plan = await made()
    await client.domain.create({ data: { name: 'b.test' } })
    expect(await refusal(confirmDnsPlan(actor, { domain: domainNameSchema.parse('b.test'), plan }))).toBe(
      'NOT_FOUND dns.planMissing',
    )
    await confirm(plan)
    expect(await refusal(confirm(plan))).toBe('CONFLICT dns.planOver')
    await applyDnsPlan(plan, deps())
    const again = await made()
    expect((await sets(again)).map(kindOf).sort()).toEqual(['kept', 'unchanged', 'unchanged', 'unchanged'])
    expect(await refusal(confirm(again))).toBe('CONFLICT dns.planEmpty')
  })

  test('that a worker had in hand is taken up again; one that broke off is over', async () => {
    const { result } = await requestDnsPlan(actor, { domain: DOMAIN })
    await resumeDnsPlans()
    const jobs = await client.$queryRaw<
      { name: string }[]
    >`SELECT name FROM jobs.job WHERE data->>'planId' = ${result.id}`
    expect(jobs.map(({ name }) => name)).toEqual(['dns.plan', 'dns.plan'])
    await failDnsPlan(result.id, deps().clock)
    expect(await show(result.id)).toMatchObject({ state: 'failed', words: 'unexpected' })
    await makeDnsPlan(result.id, deps())
    expect((await show(result.id)).state).toBe('failed')
  })

  test('goes with twenty newer ones', async () => {
    const first = await made()
    for (let count = 0; count < 20; count++) await requestDnsPlan(actor, { domain: DOMAIN })
    expect(await client.dnsPlan.count()).toBe(20)
    expect(await refusal(show(first))).toBe('NOT_FOUND dns.planMissing')
  })

  test('needs a provider', async () => {
    await setDomainProvider(actor, { domain: DOMAIN, provider: null })
    expect(await refusal(requestDnsPlan(actor, { domain: DOMAIN }))).toBe('INVALID dns.noProvider')
  })
})

describe('a provider', () => {
  test('is tried without a change, and the result is kept', async () => {
    await requestProviderTry(actor, { provider: 'Lab', domain: NAME })
    const { id } = await client.dnsProvider.findFirstOrThrow()
    await tryProvider(id, DOMAIN, deps())
    expect((await listProviders(actor))[0]?.lastTry).toEqual({
      at: zone.now.toISOString(),
      ...{ domain: DOMAIN, status: 'ok', zones: ['test'], words: '' },
    })
    expect(writes).toEqual([])
    expect(await refusal(requestProviderTry(actor, { provider: 'None', domain: NAME }))).toBe(
      'NOT_FOUND dns.providerMissing',
    )
  })

  test('is taken by a new domain where it is the only one; of several one has to be chosen', async () => {
    const providerOf = async (name: string) =>
      (await client.domain.findUniqueOrThrow({ where: { name }, select: { dnsProvider: { select: { name: true } } } }))
        .dnsProvider?.name
    await createDomain(actor, { name: domainNameSchema.parse('one.test'), description: '' })
    expect(await providerOf('one.test')).toBe('Lab')
    await addProvider(
      actor,
      addProviderSchema.parse({ name: 'Other', kind: 'powerdns', url: 'http://127.0.0.1:8082', secret: 'key' }),
    )
    await createDomain(actor, { name: domainNameSchema.parse('two.test'), description: '' })
    expect(await providerOf('two.test')).toBeUndefined()
  })

  test('is removed when no domain is published there any more', async () => {
    expect(await refusal(removeProvider(actor, { name: 'Lab' }))).toBe('CONFLICT dns.providerUsed')
    await setDomainProvider(actor, { domain: DOMAIN, provider: null })
    await removeProvider(actor, { name: 'Lab' })
    expect(await listProviders(actor)).toEqual([])
    expect(await refusal(removeProvider(actor, { name: 'Lab' }))).toBe('NOT_FOUND dns.providerMissing')
  })

  test('of lexicon keeps all its options sealed', async () => {
    await addProvider(
      actor,
      addProviderSchema.parse({
        name: 'Registrar',
        kind: 'lexicon',
        service: 'gandi',
        credential_auth_token: 'topsecret',
      }),
    )
    const row = await client.dnsProvider.findUniqueOrThrow({ where: { name: 'Registrar' } })
    const audit = await client.auditEntry.findMany({ select: { detail: true } })
    expect(JSON.stringify([row, audit, await listProviders(actor)])).not.toContain('topsecret')
    expect(row.config).toEqual({ service: 'gandi', zone: null, ttlSeconds: 3600, authoritative: [] })
  })

  test.each([
    [{ kind: 'powerdns', url: 'ftp://x', secret: 'k' }, 'url'],
    [{ kind: 'powerdns', url: 'http://user:word@x', secret: 'k' }, 'url'],
    [{ kind: 'powerdns', url: 'http://x', secret: 'clé' }, 'secret'],
    [{ kind: 'lexicon', service: 'nobody' }, 'service'],
    [{ kind: 'lexicon', service: 'gandi' }, 'credential_auth_token'],
    [{ kind: 'lexicon', service: 'gandi', credential_auth_token: 'file::/etc/passwd' }, 'credential_auth_token'],
    [{ kind: 'lexicon', service: 'gandi', credential_auth_token: 'a\nb' }, 'credential_auth_token'],
    [{ kind: 'other' }, 'kind'],
  ])('is refused at the field: %o', (input, field) => {
    const parsed = addProviderSchema.safeParse({ name: 'P', ...input })
    expect(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'))).toContain(field)
  })
})
