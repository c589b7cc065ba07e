import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { advanceKeys } from '@/lib/dkim/advance'
import { COMPROMISED_MS, RETIRING_MS, REVOKED_MS } from '@/lib/dkim/key-state'
import { publicKeyOf } from '@/lib/dkim/key-pair'
import { lookAfterKeys, MOST_REQUESTS } from '@/lib/dkim/look-after-keys'
import { getKeySettings, listDkimKeys } from '@/lib/dkim/queries'
import { requestDomainKey } from '@/lib/dkim/request'
import { dropKey, importKey, rotateKey, setKeyDelegation, switchToSpare, updateKeySettings } from '@/lib/dkim/service'
import { ALL_SLOTS } from '@/lib/dkim/slots'
import { checkDomainDns } from '@/lib/dns/check-domain'
import { requireDnsDomain } from '@/lib/dns/load-domain'
import { NOTHING_LIVE } from '@/lib/dns/provider'
import { planChange } from '@/lib/dns/publish-rrset'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, removeProvider, setDomainProvider } from '@/lib/dns/service'
import { FakeZone } from '@/lib/dns/testing/fake-zone'
import { syncDomainRecords } from '@/lib/dns/sync'
import { wantedSets } from '@/lib/dns/wanted-sets'
import type { DomainName } from '@/lib/domains/name'
import { closeQueue, queue } from '@/lib/jobs/queue'
import { openAsWorker } from '@/lib/secrets/seal'

const client = testDb()
const actor = systemActor('test')
const NAME = 'a.test' as DomainName
const ZONE = 'keys.test' as DomainName
const TTL = 60
const NEGATIVE_TTL = 90
const DAY = 86_400

afterAll(closeQueue)

let zone: FakeZone
let domainId: string
beforeEach(async () => {
  zone = new FakeZone('192.0.2.54', ['192.0.2.101', '192.0.2.102'], TTL, NEGATIVE_TTL)
  domainId = await addDomain(NAME)
  const input = { name: 'Lab', kind: 'rfc2136', server: '192.0.2.54', keyName: 'panel', secret: 'c2VjcmV0'.repeat(3) }
  await addProvider(actor, addProviderSchema.parse({ ...input, ttlSeconds: TTL }))
})

async function addDomain(name: string, more: object = {}): Promise<string> {
  const { id } = await client.domain.create({ data: { name, hostedName: { create: { name } }, ...more } })
  return id
}

const clock = () => zone.now
const settings = (more: Partial<Parameters<typeof updateKeySettings>[1]> = {}) => {
  const usual = { signsEd25519: false, keepsSpareKey: false, keyRotationDays: 180, isDelegated: false }
  return updateKeySettings(actor, { domain: NAME, ...usual, ...more }, clock)
}
const rotate = (options: Parameters<typeof rotateKey>[2] = {}) => rotateKey(actor, NAME, options, clock)
const spareSigns = (isCompromised: boolean) => switchToSpare(actor, { domain: NAME, isCompromised }, clock)
const pass = () => lookAfterKeys(zone.deps)
const keys = () => listDkimKeys(actor, NAME, clock)
const states = async () =>
  (await keys()).map(
    (key) => `${key.algorithm.split('-')[0]} ${key.isSpare && key.state !== 'removed' ? 'spare ' : ''}${key.state}`,
  )
const signers = async () =>
  Object.fromEntries(
    (await client.entry.findMany({ where: { map: { startsWith: 'dkim/signingtable' } } })).map(({ map, value }) => [
      map.slice('dkim/'.length),
      value,
    ]),
  )
const txt = (name: string) => zone.records.get(`${name} TXT`)

/** Time for every cache, and a look. */
async function settle(): Promise<void> {
  await pass()
  zone.pass(NEGATIVE_TTL + 1)
  await pass()
}

/** The domain signs with its first key, published by its provider. */
async function withFirstKey(): Promise<void> {
  await setDomainProvider(actor, { domain: NAME, provider: 'Lab' })
  await client.$transaction((tx) => requestDomainKey(tx, domainId, zone.now))
  await settle()
}

describe('Ed25519', () => {
  test('is switched on beside RSA, signs by its own table, and retires alone when it is switched off', async () => {
    await withFirstKey()
    await settings({ signsEd25519: true })
    await settle()
    expect(await states()).toEqual(['ed25519 active', 'rsa active'])
    const [ed25519, rsa] = await keys()
    expect(await signers()).toEqual({ signingtable: rsa?.id, 'signingtable-ed25519': ed25519?.id })
    expect(txt(ed25519?.name ?? '')).toEqual([expect.stringMatching(/^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=$/)])
    const row = await client.dkimKey.findUniqueOrThrow({ where: { id: ed25519?.id ?? '' } })
    expect(publicKeyOf(openAsWorker(row.privateKeySealed ?? '', `DkimKey/${row.id}/privateKey`))).toBe(row.publicKey)

    await rotate()
    await settle()
    expect((await states()).sort()).toEqual(['ed25519 active', 'ed25519 retiring', 'rsa active', 'rsa retiring'])

    await settings({ signsEd25519: false })
    expect((await states()).sort()).toEqual(['ed25519 retiring', 'ed25519 retiring', 'rsa active', 'rsa retiring'])
    expect(Object.keys(await signers())).toEqual(['signingtable'])
    // What was signed with it may still be on its way.
    expect(txt(ed25519?.name ?? '')?.[0]).toMatch(/p=[A-Za-z0-9+/]{43}=$/)
  })

  test('switched off before it ever signed, it is gone with its record', async () => {
    await withFirstKey()
    await settings({ signsEd25519: true })
    await pass()
    const [coming] = (await keys()).filter((key) => key.state === 'published')
    expect(txt(coming?.name ?? '')).toHaveLength(1)
    await settings({ signsEd25519: false })
    await pass()
    expect(await states()).toEqual(['rsa active', 'ed25519 removed'])
    expect(txt(coming?.name ?? '')).toEqual([])
    expect(await client.dkimKey.count({ where: { state: 'removed', privateKeySealed: { not: null } } })).toBe(0)
  })
})

describe('a spare key', () => {
  test('is published and never signs until somebody switches; then it does within one look, and another follows', async () => {
    await withFirstKey()
    await settings({ keepsSpareKey: true })
    await expect(spareSigns(false)).rejects.toThrow('dkim.noSpare')
    await settle()
    zone.pass(200 * DAY)
    await client.domain.update({ where: { id: domainId }, data: { nextRotationAt: null } })
    await pass()
    expect(await states()).toEqual(['rsa active', 'rsa spare published'])
    const [old, spare] = await keys()
    expect(spare?.waiting).toEqual({ for: 'emergency', until: null })

    await spareSigns(false)
    await pass()
    expect(await signers()).toEqual({ signingtable: spare?.id })
    expect(await states()).toEqual(['rsa active', 'rsa spare published', 'rsa retiring'])
    expect(txt(old?.name ?? '')?.[0]).toMatch(/p=MII/)
    await settle()
    expect((await keys()).filter((key) => key.isSpare)).toHaveLength(1)
  })

  test('takes the place of a compromised key: that one is revoked at once, its private part destroyed, Ed25519 anew', async () => {
    await withFirstKey()
    await settings({ keepsSpareKey: true, signsEd25519: true })
    await settle()
    const before = await keys()
    await spareSigns(true)
    expect(Object.keys(await signers())).toEqual(['signingtable'])
    await pass()
    await pass()
    for (const { algorithm, name } of before.filter((key) => key.state === 'active' && !key.isSpare)) {
      expect(txt(name), algorithm).toEqual(['v=DKIM1; p='])
    }
    const spare = before.find((key) => key.isSpare)
    expect(await signers()).toEqual({ signingtable: spare?.id })
    const revoked = await client.dkimKey.findMany({ where: { state: 'revoked' } })
    expect(revoked.map((key) => key.privateKeySealed)).toEqual([null, null])
    await settle()
    expect(Object.keys(await signers()).sort()).toEqual(['signingtable', 'signingtable-ed25519'])
    expect((await states()).filter((state) => !state.endsWith('revoked')).sort()).toEqual([
      'ed25519 active',
      'rsa active',
      'rsa spare published',
    ])
  })

  test('that DNS lost is no spare any more, and does not sign', async () => {
    await withFirstKey()
    await settings({ keepsSpareKey: true })
    await settle()
    const spare = (await keys()).find((key) => key.isSpare)
    zone.records.delete(`${spare?.name} TXT`)
    zone.pass(DAY)
    await spareSigns(false)
    await pass()
    expect(await signers()).not.toEqual({ signingtable: spare?.id })
    // Published again, and waited for again.
    zone.pass(NEGATIVE_TTL - 1)
    await pass()
    expect(await signers()).not.toEqual({ signingtable: spare?.id })
    await settle()
    expect(await signers()).toEqual({ signingtable: spare?.id })
  })

  test('that is not wanted any more goes, and nothing else', async () => {
    await withFirstKey()
    await settings({ keepsSpareKey: true })
    await settle()
    const spare = (await keys()).find((key) => key.isSpare)
    await settings({ keepsSpareKey: false })
    await pass()
    expect(await states()).toEqual(['rsa active', 'rsa removed'])
    expect(txt(spare?.name ?? '')).toEqual([])
  })
})

test('a compromised key without a spare is revoked as soon as the next one signs, also where a node stays silent', async () => {
  await withFirstKey()
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: [], agentUrl: '' },
      ...{ agentFingerprint: '', agentTokenSealed: '', services: {} },
    },
  })
  const [old] = await keys()
  await rotate({ isCompromised: true })
  await settle()
  expect(await states()).toEqual(['rsa active', 'rsa retiring'])
  expect(txt(old?.name ?? '')?.[0]).toMatch(/p=MII/)
  zone.pass(COMPROMISED_MS / 1000)
  await pass()
  expect(await states()).toEqual(['rsa active', 'rsa revoked'])
  expect(txt(old?.name ?? '')).toEqual(['v=DKIM1; p='])
})

test('whoever switches or rotates has the worker look at once, not when its next pass comes round', async () => {
  const waiting = () =>
    client.$queryRaw<{ key: string }[]>`
      SELECT singleton_key AS key FROM jobs.job WHERE name = 'dns.check' AND state = 'created' AND singleton_key = ${NAME}`
  const forget = async () => {
    await (await queue()).deleteAllJobs('dns.check')
  }
  await withFirstKey()
  await settings({ keepsSpareKey: true })
  await settle()
  await forget()
  await spareSigns(false)
  expect(await waiting()).toEqual([{ key: NAME }])
  await pass()
  await forget()
  await rotate()
  expect(await waiting()).toEqual([{ key: NAME }])
  await forget()
})

describe('a revocation that the provider did not take', () => {
  /** The next key signs, the old one is revoked, and the provider is silent. */
  async function revokeUnheard(): Promise<string> {
    await withFirstKey()
    const [old] = await keys()
    await rotate({ isCompromised: true })
    await pass()
    zone.pass(NEGATIVE_TTL + 1)
    zone.isProviderDown = true
    await pass()
    await pass()
    expect(await states()).toEqual(['rsa active', 'rsa revoked'])
    return old?.name ?? ''
  }

  test('is published again within seconds, however often checks look meanwhile', async () => {
    const name = await revokeUnheard()
    expect(txt(name)?.[0]).toMatch(/p=MII/)
    for (let look = 0; look < 3; look++) {
      zone.pass(5)
      await checkDomainDns(actor, NAME, zone.deps)
      await pass()
    }
    zone.isProviderDown = false
    zone.pass(5)
    await checkDomainDns(actor, NAME, zone.deps)
    zone.pass(1)
    await pass()
    expect(txt(name)).toEqual(['v=DKIM1; p='])
  })

  test('keeps no other key of the domain from moving on', async () => {
    await revokeUnheard()
    await rotate()
    zone.pass(5)
    const connect = () => {
      throw new Error('no secret')
    }
    await lookAfterKeys({ ...zone.deps, connect })
    expect(await states()).toEqual(['rsa active', 'rsa generated', 'rsa revoked'])
  })

  test('leaves no key behind that is forgotten, however its record is written', async () => {
    const name = await revokeUnheard()
    zone.records.set(
      `${name} TXT`,
      (txt(name) ?? []).map((text) => `${text}; n=by hand`),
    )
    zone.pass(REVOKED_MS / 1000)
    await pass()
    expect(await states()).toEqual(['rsa active', 'rsa removed'])
    zone.isProviderDown = false
    zone.pass(60)
    await checkDomainDns(actor, NAME, zone.deps)
    zone.pass(700)
    await pass()
    expect(txt(name)).toEqual([])
    expect(await client.dnsRecord.count({ where: { purpose: 'withdrawn' } })).toBe(0)
  })
})

test('records of others below _domainkey that are withdrawn wait for the next publishing', async () => {
  await withFirstKey()
  zone.records.set('k1._domainkey.a.test CNAME', ['k1.esp.test.'])
  const own = { name: 'k1._domainkey.a.test', type: 'CNAME', value: 'k1.esp.test.' }
  await client.dnsRecord.create({ data: { domainId, purpose: 'withdrawn', ...own } })
  zone.pass(700)
  await pass()
  expect(zone.records.get('k1._domainkey.a.test CNAME')).toEqual(['k1.esp.test.'])
})

describe('the schedule', () => {
  test('asks for the next key after 180 days, more or less, and counts anew when it signs', async () => {
    await withFirstKey()
    const { nextRotationAt } = await getKeySettings(actor, NAME)
    const days = ((nextRotationAt?.getTime() ?? 0) - zone.now.getTime()) / 1000 / DAY
    expect(days).toBeGreaterThan(160)
    expect(days).toBeLessThan(200)
    zone.pass(days * DAY - 60)
    await pass()
    expect(await states()).toEqual(['rsa active'])
    zone.pass(61)
    await settle()
    expect(await states()).toEqual(['rsa active', 'rsa retiring'])
    const next = (await getKeySettings(actor, NAME)).nextRotationAt?.getTime() ?? 0
    expect((next - zone.now.getTime()) / 1000 / DAY).toBeGreaterThan(160)
  })

  test('is set by domain, from when the key began to sign; never is never', async () => {
    await withFirstKey()
    zone.pass(100 * DAY)
    await settings({ keyRotationDays: 30 })
    expect((await getKeySettings(actor, NAME)).nextRotationAt?.getTime()).toBeLessThan(zone.now.getTime())
    await settings({ keyRotationDays: null })
    expect((await getKeySettings(actor, NAME)).nextRotationAt).toBeNull()
    await pass()
    expect(await states()).toEqual(['rsa active'])
  })

  test.each([
    ['suspended', { suspendMode: 'refuse' }],
    ['parked', { dnsPolicy: { isParked: true } }],
    ['deleted', { deletedAt: new Date('2026-01-01') }],
    ['only a backup', { kind: 'backup_mx' }],
  ] as const)('leaves a domain alone that is %s', async (_word, data) => {
    await withFirstKey()
    await client.domain.update({ where: { id: domainId }, data: { ...data, keepsSpareKey: true } })
    zone.pass(300 * DAY)
    await pass()
    expect(await client.dkimKey.count()).toBe(1)
  })

  test('never begins a rotation while an older one is under way', async () => {
    await withFirstKey()
    await setDomainProvider(actor, { domain: NAME, provider: null })
    await rotate()
    zone.pass(400 * DAY)
    await pass()
    await pass()
    expect(await states()).toEqual(['generated', 'active'].map((state) => `rsa ${state}`).sort())
  })

  test('spreads many domains that are due at once, the longest due first', async () => {
    const many = MOST_REQUESTS * 3
    for (let index = 0; index < many; index++) {
      const id = await addDomain(`d${index}.test`, { nextRotationAt: new Date(zone.now.getTime() - index * 1000) })
      await client.dkimKey.create({ data: { domainId: id, selector: 'old', state: 'active', activatedAt: zone.now } })
    }
    const begun = async () =>
      (await client.auditEntry.findMany({ where: { action: 'dkim-key:due' }, orderBy: { id: 'asc' } })).map(
        (entry) => entry.subject,
      )
    await pass()
    expect(await begun()).toEqual(['d5.test', 'd4.test'])
    await pass()
    await pass()
    await pass()
    expect(await begun()).toHaveLength(many)
  })
})

describe('keys in our zone, by CNAMEs that never change', () => {
  /** The customer's one visit to his DNS. */
  async function addAliases(): Promise<void> {
    for (const { name, target } of (await getKeySettings(actor, NAME)).aliases)
      zone.records.set(`${name} CNAME`, [target])
  }

  test('a domain by hand is delegated once; its keys change without another word', async () => {
    await setKeyDelegation(actor, { zone: ZONE, provider: 'Lab' })
    await settings({ isDelegated: true, signsEd25519: true })
    const { aliases } = await getKeySettings(actor, NAME)
    expect(aliases.map(({ name, target }) => `${name} ${target}`)).toEqual(
      ALL_SLOTS.map((slot) => `${slot}._domainkey.a.test ${slot}.a.test.keys.test.`),
    )
    await pass()
    expect((await states()).sort()).toEqual(['ed25519 generated', 'rsa generated'])
    zone.pass(DAY)
    await pass()
    expect((await states()).sort()).toEqual(['ed25519 generated', 'rsa generated'])
    await addAliases()
    zone.pass(3600)
    await pass()
    expect((await states()).sort()).toEqual(['ed25519 published', 'rsa published'])
    zone.pass(NEGATIVE_TTL - 1)
    await pass()
    expect(await signers()).toEqual({})
    zone.pass(1)
    await pass()
    expect((await states()).sort()).toEqual(['ed25519 active', 'rsa active'])
    expect((await keys()).map((key) => key.selector).sort()).toEqual(['ph-ed1', 'ph-rsa1'])
    expect(txt('ph-rsa1.a.test.keys.test')?.[0]).toMatch(/k=rsa; p=MII/)

    const before = [...zone.records].filter(([key]) => key.endsWith(' CNAME'))
    for (let rotation = 0; rotation < 4; rotation++) {
      await rotate()
      await settle()
      zone.pass(RETIRING_MS / 1000)
      await settle()
      zone.pass(REVOKED_MS / 1000)
      await settle()
      expect((await states()).filter((state) => state.endsWith('active')).sort()).toEqual([
        'ed25519 active',
        'rsa active',
      ])
    }
    expect([...zone.records].filter(([key]) => key.endsWith(' CNAME'))).toEqual(before)
    // Old keys left nothing behind: only the slots of the two that sign hold a record.
    const standing = [...zone.records].filter(([key, values]) => key.includes('.keys.test') && values.length > 0)
    expect(standing).toHaveLength(2)
    expect((await states()).filter((state) => state.endsWith('removed'))).toHaveLength(8)
  })

  test('a slot gets no new key before its old one is gone from DNS', async () => {
    await setKeyDelegation(actor, { zone: ZONE, provider: 'Lab' })
    await settings({ isDelegated: true })
    await addAliases()
    await settle()
    await rotate()
    await settle()
    await rotate()
    await settle()
    expect(await states()).toEqual(['rsa active', 'rsa retiring', 'rsa retiring'])
    await expect(rotate()).rejects.toThrow('dkim.noSlot')
    // On schedule it is tried again the next day.
    await client.domain.update({ where: { id: domainId }, data: { nextRotationAt: zone.now } })
    await pass()
    expect(await client.dkimKey.count()).toBe(3)
    zone.pass((RETIRING_MS + 60_000) / 1000)
    await pass()
    await expect(rotate()).rejects.toThrow('dkim.noSlot')
    zone.pass(REVOKED_MS / 1000)
    await settle()
    expect((await rotate()).result.selectors).toEqual(['ph-rsa1'])
  })

  test('a compromised key that no slot is free for is refused with the way out, not said to be replaced', async () => {
    await setKeyDelegation(actor, { zone: ZONE, provider: 'Lab' })
    await settings({ isDelegated: true, keepsSpareKey: true })
    await addAliases()
    await settle()
    await rotate()
    await settle()
    await expect(rotate({ isCompromised: true })).rejects.toThrow('CONFLICT dkim.noSlot')
    expect(await client.dkimKey.count({ where: { compromisedAt: { not: null } } })).toBe(0)
    const spare = (await keys()).find((key) => key.isSpare)
    await spareSigns(true)
    await pass()
    expect(await signers()).toEqual({ signingtable: spare?.id })
  })

  test('a key whose alias went away does not sign', async () => {
    await setKeyDelegation(actor, { zone: ZONE, provider: 'Lab' })
    await settings({ isDelegated: true })
    await addAliases()
    await pass()
    zone.records.delete('ph-rsa1._domainkey.a.test CNAME')
    zone.pass(NEGATIVE_TTL + 1)
    await pass()
    expect(await states()).toEqual(['rsa generated'])
  })

  test('the zone stays while keys stand in it', async () => {
    await expect(settings({ isDelegated: true })).rejects.toThrow('dkim.noDelegation')
    await expect(setKeyDelegation(actor, { zone: ZONE, provider: 'Nobody' })).rejects.toThrow('dns.providerMissing')
    await setKeyDelegation(actor, { zone: ZONE, provider: 'Lab' })
    await expect(removeProvider(actor, { name: 'Lab' })).rejects.toThrow('dns.providerOfKeys')
    await settings({ isDelegated: true })
    const other = { zone: 'other.test' as DomainName, provider: 'Lab' }
    await expect(setKeyDelegation(actor, other)).rejects.toThrow('dkim.delegationUsed')
    await expect(setKeyDelegation(actor, { zone: null, provider: '' })).rejects.toThrow('dkim.delegationUsed')
    await addAliases()
    await settle()
    // Back to the domain's own zone: the old key stays in ours until it is gone.
    await setDomainProvider(actor, { domain: NAME, provider: 'Lab' })
    await settings({ isDelegated: false })
    await settle()
    expect((await keys()).map((key) => [key.state, key.isDelegated])).toEqual([
      ['active', false],
      ['retiring', true],
    ])
    await expect(setKeyDelegation(actor, other)).rejects.toThrow('dkim.delegationUsed')
    zone.pass(RETIRING_MS / 1000)
    await settle()
    zone.pass(REVOKED_MS / 1000)
    await settle()
    await setKeyDelegation(actor, other)
    expect(txt('ph-rsa1.a.test.keys.test')).toEqual([])
  })
})

describe('a key from elsewhere', () => {
  const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const pem = pemOf(rsa)
  const input = { domain: NAME, selector: 'mail.2019', secretKey: pem }

  test('whose record is there already signs after its TTL', async () => {
    const record = `v=DKIM1; h=sha256; p=${publicKeyOf(pem)}; n=old`
    zone.records.set('mail.2019._domainkey.a.test TXT', [record])
    await importKey(actor, input, clock)
    await pass()
    expect(await states()).toEqual(['rsa published'])
    zone.pass(NEGATIVE_TTL - 1)
    await pass()
    expect(await signers()).toEqual({})
    zone.pass(1)
    await pass()
    const [key] = await keys()
    expect(key).toMatchObject({ state: 'active', isImported: true, bits: 1024, selector: 'mail.2019' })
    expect(txt('mail.2019._domainkey.a.test')).toEqual([record])
    expect(await client.entry.findMany({ where: { map: 'dkim/keytable' } })).toMatchObject([
      { value: 'a.test:mail.2019' },
    ])
  })

  test('is nowhere in clear', async () => {
    await importKey(actor, input, clock)
    const row = await client.dkimKey.findFirstOrThrow()
    expect(openAsWorker(row.privateKeySealed ?? '', `DkimKey/${row.id}/privateKey`)).toBe(pem)
    const everything = JSON.stringify([
      await client.dkimKey.findMany(),
      await client.auditEntry.findMany({ select: { detail: true } }),
    ])
    expect(everything).not.toContain(pem.split('\n')[3])
    expect(everything).not.toContain('PRIVATE KEY')
  })

  test('signs no earlier than what another server had there is out of caches, also when a check sees its record first', async () => {
    const name = 'mail.2019._domainkey.a.test'
    const other = publicKeyOf(pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey))
    zone = new FakeZone('192.0.2.54', ['192.0.2.101', '192.0.2.102'], DAY, NEGATIVE_TTL)
    zone.records.set(`${name} TXT`, [`v=DKIM1; p=${other}`])
    await importKey(actor, input, clock)
    await pass()
    const { now } = zone
    zone = new FakeZone('192.0.2.54', ['192.0.2.101', '192.0.2.102'], TTL, NEGATIVE_TTL)
    zone.now = now
    zone.pass(5)
    zone.records.set(`${name} TXT`, [`v=DKIM1; p=${publicKeyOf(pem)}`])
    await checkDomainDns(actor, NAME, zone.deps)
    await advanceKeys(zone.deps, NAME)
    const [key] = await keys()
    expect(key?.waiting).toEqual({ for: 'caches', until: new Date(zone.now.getTime() + DAY * 1000) })
  })

  describe('on a server that still signs with it', () => {
    const record = `v=DKIM1; h=sha256; p=${publicKeyOf(pem)}; n=old`
    const name = 'mail.2019._domainkey.a.test'

    /** It is taken in, and its record was there before. */
    async function takeIn(): Promise<void> {
      await setDomainProvider(actor, { domain: NAME, provider: 'Lab' })
      zone.records.set(`${name} TXT`, [record])
      await importKey(actor, input, clock)
      await pass()
    }

    /** Time and passes enough for whatever clears. */
    async function wait(): Promise<void> {
      for (let round = 0; round < 3; round++) {
        zone.pass(700)
        await pass()
      }
    }

    /** What a plan would do at the key's name. */
    async function proposed() {
      const set = (await wantedSets(await requireDnsDomain(actor, NAME))).find((one) => one.name === name)
      const live = { ...NOTHING_LIVE, records: [{ value: record, exact: record }], ttlSeconds: TTL }
      if (!set) throw new Error('nothing is planned')
      const { remove, add } = planChange(set, { ...live, status: 'read' })
      return { remove, add }
    }

    test('it is dropped before it signs: its record goes with the next confirmed plan, never by itself', async () => {
      await takeIn()
      const [key] = await keys()
      await dropKey(actor, { domain: NAME, key: key?.id ?? '' })
      await wait()
      expect(txt(name)).toEqual([record])
      expect(await proposed()).toEqual({ remove: [record], add: [] })
    })

    test('the domain is parked: its record goes with the next confirmed plan, never by itself', async () => {
      await takeIn()
      await client.domain.update({ where: { id: domainId }, data: { dnsPolicy: { isParked: true } } })
      await client.$transaction((tx) => syncDomainRecords(tx, domainId))
      await wait()
      expect(txt(name)).toEqual([record])
    })

    test('it retired: it is revoked by a confirmed plan; at once where it is said to be compromised', async () => {
      await takeIn()
      zone.pass(NEGATIVE_TTL + 1)
      await pass()
      await rotate()
      await settle()
      zone.pass(RETIRING_MS / 1000)
      await wait()
      expect(await states()).toEqual(['rsa active', 'rsa revoked'])
      expect(txt(name)).toEqual([record])
      expect(await proposed()).toEqual({ remove: [record], add: ['v=DKIM1; p='] })
      await client.dkimKey.updateMany({ where: { state: 'revoked' }, data: { compromisedAt: zone.now } })
      await wait()
      expect(txt(name)).toEqual(['v=DKIM1; p='])
    })
  })

  test('of Ed25519 switches that on', async () => {
    await withFirstKey()
    await importKey(actor, { ...input, secretKey: pemOf(generateKeyPairSync('ed25519').privateKey) }, clock)
    await settle()
    expect((await states()).sort()).toEqual(['ed25519 active', 'rsa active'])
    expect((await getKeySettings(actor, NAME)).signsEd25519).toBe(true)
  })

  test.each([
    ['no key', { secretKey: 'hello' }, 'INVALID dkim.pemMissing'],
    [
      'a short key',
      { secretKey: pemOf(generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey) },
      'INVALID dkim.pemBits',
    ],
    ['a selector in use', { selector: 'taken' }, 'CONFLICT dkim.selectorTaken'],
    ['a selector with a record of the administrator', { selector: 'own' }, 'CONFLICT dkim.selectorIsRecord'],
  ])('is refused for %s', async (_word, wrong, code) => {
    await client.dkimKey.create({ data: { domainId, selector: 'taken', state: 'retiring' } })
    await client.dnsRecord.create({
      data: { domainId, purpose: 'own', name: 'own._domainkey.a.test', type: 'TXT', value: 'x' },
    })
    await expect(importKey(actor, { ...input, ...wrong }, clock)).rejects.toThrow(code)
    expect(await client.dkimKey.count()).toBe(1)
  })

  test('is refused while another is on its way', async () => {
    await client.$transaction((tx) => requestDomainKey(tx, domainId, zone.now))
    await expect(importKey(actor, input, clock)).rejects.toThrow('dkim.rotationUnderWay')
  })
})

test('test mode and strict stand in the record, test mode ends with the key', async () => {
  await withFirstKey()
  await rotate({ flags: ['y', 's'] })
  await settle()
  const [first] = await keys()
  expect(txt(first?.name ?? '')?.[0]).toMatch(/^v=DKIM1; k=rsa; t=y:s; p=MII/)
  await rotate()
  await settle()
  expect((await keys())[0]?.flags).toEqual(['s'])
})

test('a rotation that is not wanted after all is dropped; what signs cannot be', async () => {
  await withFirstKey()
  await rotate()
  await pass()
  const [active, coming] = await keys()
  await expect(dropKey(actor, { domain: NAME, key: active?.id ?? '' })).rejects.toThrow('dkim.missing')
  await dropKey(actor, { domain: NAME, key: coming?.id ?? '' })
  await pass()
  expect(await states()).toEqual(['rsa active', 'rsa removed'])
  expect(txt(coming?.name ?? '')).toEqual([])
})

test('no key is revoked while a message from before its retirement is on hold', async () => {
  await withFirstKey()
  const held = (oldestAt: Date | null) => ({
    ...{ protocol: 1, node: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', epoch: 0, release: '0', versions: {} },
    ...{ daemons: [], diskFreeBytes: 1, queueSize: 1, held: { count: 1, oldestAt: oldestAt?.toISOString() ?? null } },
  })
  const node = await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: [], agentUrl: '' },
      ...{
        agentFingerprint: '',
        agentTokenSealed: '',
        services: {},
        status: held(zone.now),
        confirmedRelease: 1_000_000n,
      },
    },
  })
  zone.pass(60)
  await rotate()
  await settle()
  for (let days = 0; days < 40; days += 10) {
    zone.pass(10 * DAY)
    await pass()
    expect(await states()).toEqual(['rsa active', 'rsa retiring'])
  }
  // Let go: it has the time of any message.
  await client.node.update({ where: { id: node.id }, data: { status: held(null) } })
  zone.pass(RETIRING_MS / 1000 - 60)
  await pass()
  expect(await states()).toEqual(['rsa active', 'rsa retiring'])
  zone.pass(60)
  await pass()
  expect(await states()).toEqual(['rsa active', 'rsa revoked'])
})
