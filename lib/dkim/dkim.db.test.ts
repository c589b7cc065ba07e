import { createPublicKey } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { advanceKeys } from '@/lib/dkim/advance'
import { RETIRING_MS, REVOKED_MS } from '@/lib/dkim/key-state'
import { publicKeyOf } from '@/lib/dkim/key-pair'
import { listDkimKeys } from '@/lib/dkim/queries'
import { requestDomainKey } from '@/lib/dkim/request'
import { rotateKey } from '@/lib/dkim/service'
import type { Ask } from '@/lib/dns/answer'
import { checkDomainDns } from '@/lib/dns/check-domain'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, setDomainProvider } from '@/lib/dns/service'
import { FakeZone } from '@/lib/dns/testing/fake-zone'
import { AppError } from '@/lib/errors/app-error'
import { closeQueue } from '@/lib/jobs/queue'
import { openAsWorker } from '@/lib/secrets/seal'

const client = testDb()
const actor = systemActor('test')
const SERVER = '192.0.2.54'
const RESOLVERS = ['192.0.2.101', '192.0.2.102']
const TTL = 60
const NEGATIVE_TTL = 90
const MINUTES_10 = 600

afterAll(closeQueue)

let zone: FakeZone
let domainId: string
beforeEach(async () => {
  zone = new FakeZone(SERVER, RESOLVERS, TTL, NEGATIVE_TTL)
  const domain = await client.domain.create({ data: { name: 'a.test', hostedName: { create: { name: 'a.test' } } } })
  domainId = domain.id
})

async function request(): Promise<string> {
  const selector = await client.$transaction((tx) => requestDomainKey(tx, domainId, zone.now))
  return `${selector}._domainkey.a.test`
}

async function withProvider(): Promise<void> {
  const input = {
    name: 'Lab',
    kind: 'rfc2136',
    server: SERVER,
    keyName: 'panel',
    secret: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ=',
    ttlSeconds: TTL,
  }
  await addProvider(actor, addProviderSchema.parse(input))
  await setDomainProvider(actor, { domain: 'a.test', provider: 'Lab' })
}

const advance = () => advanceKeys(zone.deps)
const states = async () => (await listDkimKeys(actor, 'a.test', () => zone.now)).map((key) => key.state)
const signing = async () =>
  (await client.entry.findMany({ where: { map: 'dkim/signingtable' } })).map((entry) => entry.value)
const recursive = (name: string) => zone.log.filter((line) => line === `recursive ${name} TXT`)

/** Servers of which nobody learns the SOA. */
function withoutSoa(ask: Ask): Ask {
  return async (server, name, type, mode) => {
    if (type === 'SOA' && mode === 'authoritative') return { status: 'temperror', reason: 'timeout', words: 'silent' }
    const answer = await ask(server, name, type, mode)
    return 'soa' in answer && mode === 'authoritative' ? { ...answer, soa: null } : answer
  }
}

/** The record as the page says it should be typed in. */
async function typeIn(): Promise<void> {
  for (const { record } of await listDkimKeys(actor, 'a.test'))
    if (record) zone.records.set(`${record.name} TXT`, [record.value])
}

async function toActive(): Promise<void> {
  await advance()
  await typeIn()
  zone.pass(5)
  await advance()
  zone.pass(NEGATIVE_TTL + 1)
  await advance()
}

describe('a key of a domain whose records are typed in by hand', () => {
  test('is made by the worker, its private part sealed and nowhere else', async () => {
    await request()
    expect(await advance()).toBe(1)
    const row = await client.dkimKey.findFirstOrThrow()
    expect(row).toMatchObject({ state: 'generated', bits: 2048, algorithm: 'rsa-sha256' })
    const pem = openAsWorker(row.privateKeySealed ?? '', `DkimKey/${row.id}/privateKey`)
    expect(publicKeyOf(pem)).toBe(row.publicKey)
    createPublicKey({ key: Buffer.from(row.publicKey, 'base64'), format: 'der', type: 'spki' })
    const everything = JSON.stringify([
      await listDkimKeys(actor, 'a.test'),
      await client.auditEntry.findMany({ select: { detail: true, subject: true } }),
      await client.releaseChange.findMany(),
      await client.dnsRecord.findMany(),
    ])
    expect(everything).not.toContain('PRIVATE KEY')
    expect(everything).not.toContain(pem.split('\n')[1])
  })

  test('does not sign before every server and resolver has it and caches have run out', async () => {
    const name = await request()
    await advance()
    // Somebody's resolver asks a moment too early, and keeps the absence.
    zone.resolve('192.0.2.99', name, 'TXT')
    zone.pass(5)
    await advance()
    expect(await states()).toEqual(['generated'])
    expect(recursive(name)).toEqual([])
    await typeIn()
    zone.pass(5)
    await advance()
    expect(await states()).toEqual(['published'])
    expect((await listDkimKeys(actor, 'a.test', () => zone.now))[0]?.waiting).toEqual({
      for: 'caches',
      until: new Date(zone.now.getTime() + NEGATIVE_TTL * 1000),
    })
    zone.pass(NEGATIVE_TTL - 1)
    await advance()
    expect(await signing()).toEqual([])
    zone.pass(1)
    await advance()
    expect(await states()).toEqual(['active'])
    const key = await client.dkimKey.findFirstOrThrow()
    expect(await signing()).toEqual([key.id])
    expect(zone.resolve('192.0.2.99', name, 'TXT')).toMatchObject({ status: 'answer' })
  })

  test('waits as long as something else that stood under its name may be kept', async () => {
    const name = await request()
    zone.records.set(`${name} TXT`, ['a wildcard'])
    const slow = new FakeZone(SERVER, RESOLVERS, 600, NEGATIVE_TTL)
    for (const [key, value] of zone.records) slow.records.set(key, value)
    zone = slow
    await advance()
    await typeIn()
    zone.pass(5)
    await advance()
    const [key] = await listDkimKeys(actor, 'a.test', () => zone.now)
    expect(key?.waiting?.until).toEqual(new Date(zone.now.getTime() + 600_000))
  })

  test('typed in after days, it goes on as soon as somebody looks, and does not wait for its next turn', async () => {
    await request()
    await advance()
    zone.pass(4 * 86_400)
    await advance()
    await typeIn()
    zone.pass(60)
    await advance()
    expect(await states()).toEqual(['generated'])
    await advanceKeys(zone.deps, 'a.test')
    expect(await states()).toEqual(['published'])
  })

  test('a record that goes away again before it signs begins anew', async () => {
    const name = await request()
    await advance()
    await typeIn()
    zone.pass(5)
    await advance()
    zone.records.delete(`${name} TXT`)
    zone.pass(NEGATIVE_TTL + 1)
    await advance()
    expect(await states()).toEqual(['generated'])
    expect(await signing()).toEqual([])
  })

  test('signs too where the servers say how long absence is kept only in the SOA of the zone', async () => {
    zone.omitsSoa = true
    await request()
    await toActive()
    expect(await states()).toEqual(['active'])
  })

  test('whose record has long been seen and that waits for something else is not asked about every few seconds', async () => {
    await request()
    await advance()
    await typeIn()
    zone.pass(7200)
    await checkDomainDns(actor, 'a.test', zone.deps)
    // The SOA cannot be learned: it stays as it is.
    const deps = { ...zone.deps, dns: { ...zone.deps.dns, ask: withoutSoa(zone.ask) } }
    zone.pass(7200)
    await advanceKeys(deps)
    expect(await states()).toEqual(['generated'])
    const asked = zone.log.length
    for (let look = 0; look < 5; look++) {
      zone.pass(5)
      await advanceKeys(deps)
    }
    expect(zone.log.length).toBe(asked)
  })

  test('a silent DNS neither activates nor fails it', async () => {
    await request()
    await advance()
    await typeIn()
    zone.pass(5)
    await advance()
    zone.pass(NEGATIVE_TTL + 1)
    zone.isSilent = true
    await advance()
    expect(await states()).toEqual(['published'])
    zone.isSilent = false
    zone.pass(5)
    await advance()
    expect(await states()).toEqual(['active'])
  })
})

describe('rotation', () => {
  test('switches in one release and keeps the old record at least 14 days, then revokes and removes it', async () => {
    await withProvider()
    const first = await request()
    await advance()
    expect(zone.records.get(`${first} TXT`)?.[0]).toMatch(/^v=DKIM1; k=rsa; p=MII/)
    zone.pass(NEGATIVE_TTL)
    await advance()
    expect(await states()).toEqual(['active'])
    const { result } = await rotateKey(actor, 'a.test')
    await expect(rotateKey(actor, 'a.test')).rejects.toThrow('dkim.rotationUnderWay')
    await advance()
    zone.pass(NEGATIVE_TTL)
    await advance()
    expect(await states()).toEqual(['active', 'retiring'])
    const keys = await client.dkimKey.findMany({ orderBy: { createdAt: 'asc' } })
    expect(await signing()).toEqual([keys[1]?.id])
    expect(result.selectors).toEqual([keys[1]?.selector])
    const release = await client.release.findFirstOrThrow({ orderBy: { number: 'desc' }, include: { changes: true } })
    expect(release.changes.filter((change) => change.map === 'dkim/signingtable')).toHaveLength(1)

    zone.pass(RETIRING_MS / 1000 - NEGATIVE_TTL - 60)
    await advance()
    expect(zone.records.get(`${first} TXT`)?.[0]).toMatch(/p=MII/)
    zone.pass(NEGATIVE_TTL + 60)
    await advance()
    expect(await states()).toEqual(['active', 'revoked'])
    expect(zone.records.get(`${first} TXT`)).toEqual(['v=DKIM1; p='])
    expect((await client.dkimKey.findFirstOrThrow({ where: { state: 'revoked' } })).privateKeySealed).toBeNull()
    zone.pass(REVOKED_MS / 1000)
    await advance()
    expect(await states()).toEqual(['active', 'removed'])
    expect(zone.records.get(`${first} TXT`)).toEqual([])
    expect(await client.dnsRecord.count({ where: { purpose: 'withdrawn' } })).toBe(0)
  })

  test('an old key does not begin to retire while a node may still sign with it', async () => {
    const node = await client.node.create({
      data: {
        name: 'mx1',
        roles: ['smtp'],
        hostName: 'mx1.host.test',
        publicAddresses: [],
        agentUrl: '',
        agentFingerprint: '',
        agentTokenSealed: '',
        services: {},
      },
    })
    await request()
    await toActive()
    await client.$transaction((tx) => requestDomainKey(tx, domainId, zone.now))
    await toActive()
    expect(await states()).toEqual(['active', 'retiring'])
    zone.pass(RETIRING_MS / 1000 + 60)
    await advance()
    expect(await states()).toEqual(['active', 'retiring'])
    const { number } = await client.release.findFirstOrThrow({ orderBy: { number: 'desc' } })
    await client.node.update({ where: { id: node.id }, data: { confirmedRelease: number } })
    zone.pass(RETIRING_MS / 1000 - 60)
    await advance()
    expect(await states()).toEqual(['active', 'retiring'])
    zone.pass(120)
    await advance()
    expect(await states()).toEqual(['active', 'revoked'])
  })
})

test('forty days of mail through a rotation: no receiver ever fails to find a key, on arrival or five days later', async () => {
  await withProvider()
  await request()
  const HOUR = 3600
  const receivers = ['192.0.2.201', '192.0.2.202', '192.0.2.203']
  const check = (name: string, publicKey: string, hour: number) => {
    const answer = zone.resolve(receivers[hour % receivers.length] ?? '', name, 'TXT')
    expect(answer, `${name} at hour ${hour}`).toMatchObject({
      status: 'answer',
      records: [{ value: `v=DKIM1; k=rsa; p=${publicKey}` }],
    })
  }
  const late = new Map<number, { name: string; publicKey: string }>()
  const signers = new Set<string>()
  for (let hour = 0; hour < 40 * 24; hour += 4) {
    if (hour === 48) await rotateKey(actor, 'a.test')
    await advance()
    // A receiver that guesses the next name keeps its absence: the wait must outlast that too.
    for (const key of await client.dkimKey.findMany())
      zone.resolve(receivers[0] ?? '', `${key.selector}._domainkey.a.test`, 'TXT')
    const active = await client.dkimKey.findFirst({ where: { state: 'active' } })
    if (active) {
      const name = `${active.selector}._domainkey.a.test`
      signers.add(name)
      check(name, active.publicKey, hour)
      late.set(hour + 5 * 24, { name, publicKey: active.publicKey })
    }
    const overdue = late.get(hour)
    if (overdue) check(overdue.name, overdue.publicKey, hour)
    zone.pass(4 * HOUR)
  }
  expect(signers.size).toBe(2)
  expect(await states()).toEqual(['active', 'removed'])
}, 90_000)

test('two workers at once make one key and one switch', async () => {
  await withProvider()
  await request()
  await Promise.all([advance(), advance(), advance()])
  expect(await client.dkimKey.count()).toBe(1)
  expect(await states()).toEqual(['published'])
  expect(await client.auditEntry.count({ where: { action: 'dkim-key:generate' } })).toBe(1)
  zone.pass(MINUTES_10)
  await Promise.all([advance(), advance()])
  expect(await states()).toEqual(['active'])
  expect(await client.auditEntry.count({ where: { action: 'dkim-key:activate' } })).toBe(1)
})

test('a stranger can neither see nor rotate keys', async () => {
  const row = await client.admin.create({
    data: { email: 's@x.test', name: 'S', role: 'domain_admin', passwordHash: '' },
  })
  const stranger: Actor = { kind: 'admin', id: row.id, name: row.name, role: row.role, sessionId: '', address: null }
  await expect(listDkimKeys(stranger, 'a.test')).rejects.toThrow(AppError)
  await expect(rotateKey(stranger, 'a.test')).rejects.toThrow('NOT_FOUND domain.missing')
  expect(await client.dkimKey.count()).toBe(0)
})
