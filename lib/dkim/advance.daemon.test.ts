import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { testDb } from '@/lib/db/testing'
import { advanceKeys } from '@/lib/dkim/advance'
import { listDkimKeys } from '@/lib/dkim/queries'
import { requestDomainKey } from '@/lib/dkim/request'
import { rotateKey } from '@/lib/dkim/service'
import { createAsk } from '@/lib/dns/ask'
import type { DnsDeps } from '@/lib/dns/deps'
import { connectProvider } from '@/lib/dns/providers/connect'
import { publishRecords } from '@/lib/dns/publish-domain'
import { listDnsRecords } from '@/lib/dns/queries'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, setDomainProvider } from '@/lib/dns/service'
import { startBind, type TestBind } from '@/lib/dns/testing/bind'

const client = testDb()
const actor = systemActor('test')
const DOMAIN = 'a.signed.test'
const TTL = 2

const started: TestBind[] = []
let deps: DnsDeps
let bind: TestBind
beforeAll(async () => {
  bind = await startBind({ 'signed.test': '' })
  started.push(bind)
  deps = { dns: { ask: createAsk(), resolvers: [bind] }, connect: connectProvider, clock: systemClock }
})
afterAll(() => Promise.all(started.map((server) => server.stop())))

async function untilActive(count: number): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    await advanceKeys(deps)
    await sleep(250)
    if ((await client.dkimKey.count({ where: { activatedAt: { not: null } } })) === count) return
  }
  throw new Error(`keys: ${JSON.stringify(await listDkimKeys(actor, DOMAIN), null, 1)}`)
}

test('a key is published to BIND, waits, signs, and is followed by the next with both records in a signed zone', async () => {
  const { address: server, port, keyName, secret } = bind
  const input = {
    name: 'BIND',
    kind: 'rfc2136',
    server,
    port,
    keyName,
    secret,
    ttlSeconds: TTL,
    authoritative: [{ address: server, port }],
  }
  await addProvider(actor, addProviderSchema.parse(input))
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
