import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { testDb } from '@/lib/db/testing'
import { advanceKeys } from '@/lib/dkim/advance'
import { listDkimKeys } from '@/lib/dkim/queries'
import { requestDomainKey } from '@/lib/dkim/request'
import { rotateKey, setKeyDelegation, updateKeySettings } from '@/lib/dkim/service'
import { ALL_SLOTS } from '@/lib/dkim/slots'
import type { Ask } from '@/lib/dns/answer'
import { createAsk } from '@/lib/dns/ask'
import type { DnsDeps } from '@/lib/dns/deps'
import { connectProvider } from '@/lib/dns/providers/connect'
import { publishRecords } from '@/lib/dns/publish-domain'
import { listDnsRecords } from '@/lib/dns/queries'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, setDomainProvider } from '@/lib/dns/service'
import { startBind, type TestBind } from '@/lib/dns/testing/bind'
import type { DomainName } from '@/lib/domains/name'
import { closeQueue } from '@/lib/jobs/queue'

const client = testDb()
const actor = systemActor('test')
const DOMAIN = 'a.signed.test'
const TTL = 2

const started: TestBind[] = []
let deps: DnsDeps
let bind: TestBind
beforeAll(async () => {
  bind = await startBind({
    'signed.test': '',
    'customer.test': ALL_SLOTS.map(
      (slot) => `${slot}._domainkey IN CNAME ${slot}.customer.test.keys.signed.test.`,
    ).join('\n'),
  })
  started.push(bind)
  const ask = createAsk()
  // NS records tell no port, and a server for its own zones follows no alias: this one is all servers and the resolver.
  const askBind: Ask = async (_server, name, type, mode) => {
    const answer = await ask(bind, name, type, mode)
    return mode === 'recursive' && answer.status === 'alias' ? askBind(bind, answer.target, type, mode) : answer
  }
  const dns = { ask: askBind, resolvers: [bind] }
  deps = { dns, connect: connectProvider, clock: systemClock }
})
afterAll(async () => {
  await Promise.all(started.map((server) => server.stop()))
  await closeQueue()
})

async function untilActive(count: number, domain: string = DOMAIN): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    await advanceKeys(deps)
    await sleep(250)
    if ((await client.dkimKey.count({ where: { activatedAt: { not: null } } })) === count) return
  }
  throw new Error(`keys: ${JSON.stringify(await listDkimKeys(actor, domain), null, 1)}`)
}

async function addBind(): Promise<void> {
  const { address: server, port, keyName, secret } = bind
  const authoritative = [{ address: server, port }]
  const input = { name: 'BIND', kind: 'rfc2136', server, port, keyName, secret, ttlSeconds: TTL, authoritative }
  await addProvider(actor, addProviderSchema.parse(input))
}

test('a key is published to BIND, waits, signs, and is followed by the next with both records in a signed zone', async () => {
  await addBind()
  await client.node.create({
    data: {
      name: 'mx1',
      roles: ['smtp'],
      hostName: 'mx1.host.test',
      publicAddresses: ['192.0.2.1'],
      agentUrl: '',
      agentFingerprint: '',
      agentTokenSealed: '',
      services: {},
    },
  })
  const { id } = await client.domain.create({ data: { name: DOMAIN } })
  await setDomainProvider(actor, { domain: DOMAIN, provider: 'BIND' })
  await client.$transaction((tx) => requestDomainKey(tx, id, new Date()))

  await publishRecords(actor, DOMAIN, deps)
  await untilActive(1)
  const [key] = await listDkimKeys(actor, DOMAIN)
  const waited = (key?.activatedAt?.getTime() ?? 0) - (key?.publishedAt?.getTime() ?? 0)
  expect(waited).toBeGreaterThanOrEqual(TTL * 1000)

  await rotateKey(actor, DOMAIN)
  await untilActive(2)
  const keys = await listDkimKeys(actor, DOMAIN)
  expect(keys.map(({ state, record }) => [state, record?.observation?.state])).toEqual([
    ['active', 'ok'],
    ['retiring', 'ok'],
  ])
  await publishRecords(actor, DOMAIN, deps)
  const { records } = await listDnsRecords(actor, DOMAIN)
  expect(
    records.map(
      (record) => `${record.purpose} ${record.observation?.state ?? ''} ${record.observation?.publish?.status ?? ''}`,
    ),
  ).toEqual(['mx', 'spf', 'dkim', 'dkim', 'dmarc', 'tls-rpt'].map((purpose) => `${purpose} ok unchanged`))
})

test('keys of a zone that is only looked after by hand stand in ours, and are followed by the next behind the same CNAMEs', async () => {
  await addBind()
  const domain = 'customer.test' as DomainName
  await client.domain.create({ data: { name: domain } })
  await setKeyDelegation(actor, { zone: 'keys.signed.test' as DomainName, provider: 'BIND' })
  const settings = { signsEd25519: true, keepsSpareKey: false, keyRotationDays: null, isDelegated: true }
  await updateKeySettings(actor, { domain, ...settings })
  await untilActive(2, domain)
  await rotateKey(actor, domain)
  await untilActive(4, domain)
  const keys = await listDkimKeys(actor, domain)
  expect(keys.map(({ state, selector, record }) => [state, selector, record?.observation?.state])).toEqual([
    ['active', 'ph-rsa2', 'ok'],
    ['active', 'ph-ed2', 'ok'],
    ['retiring', 'ph-rsa1', 'ok'],
    ['retiring', 'ph-ed1', 'ok'],
  ])
  for (const { selector, record } of keys) {
    const name = `${selector}._domainkey.${domain}`
    const answer = await deps.dns.ask(bind, name, 'TXT', 'recursive')
    expect(answer).toMatchObject({ status: 'answer', records: [{ value: record?.value }] })
  }
})
