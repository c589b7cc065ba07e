import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createAsk } from '@/lib/dns/ask'
import type { DnsServer } from '@/lib/dns/answer'
import type { Provider } from '@/lib/dns/provider'
import { powerdnsProvider } from '@/lib/dns/providers/powerdns'
import { rfc2136Provider } from '@/lib/dns/providers/rfc2136'
import type { PublishedRow } from '@/lib/dns/publish-plan'
import { publishRrset, type RrsetToPublish } from '@/lib/dns/publish-rrset'
import type { DnsRecordData, RecordType } from '@/lib/dns/record'
import { arbitraryRecord } from '@/lib/dns/testing/arbitrary'
import { startBind } from '@/lib/dns/testing/bind'
import { startPowerdns } from '@/lib/dns/testing/powerdns'
import { formatRdata, formatZoneLine } from '@/lib/dns/zone-text'

/** A zone full of other people's records, published into through each real server: what was there is there afterwards, byte for byte. */

const ZONE = 'zone.test'
const ask = createAsk({ timeoutMs: 2_000, attempts: 2 })
const dns = { ask, resolvers: [] }
const stops: (() => Promise<void>)[] = []
afterAll(() => Promise.all(stops.map((stop) => stop())))

const SPF = 'v=spf1 include:x.test -all'
/** Beside ours: split where nobody would, quoted, with octets that are no letters, and empty. */
const BESIDE = [
  '"site=1"',
  '"split " "in" " three"',
  '"a \\"quote\\" and a \\\\"',
  '"octets \\200\\255"',
  '""',
  `"${SPF}"`,
]
const FOREIGN: DnsRecordData[] = fc
  .sample(arbitraryRecord, { numRuns: 80, seed: 11 })
  .map((record, index) => ({ ...record, name: `n${index}.${ZONE}` }))

const row = (purpose: PublishedRow['purpose'], value: string): PublishedRow => ({ purpose, value })
const set = (name: string, type: RecordType, ...rows: PublishedRow[]): RrsetToPublish => ({
  ...{ name, type, ttlSeconds: 60, rows },
})
/** Ours: beside foreign texts, at names of foreign records under another type, at new names, and where another's MX stands. */
const WANTED = [
  set(ZONE, 'TXT', row('spf', 'v=spf1 ip4:192.0.2.1 ~all'), row('own', 'our text')),
  set(ZONE, 'MX', row('mx', '10 mx1.host.test.')),
  set(`_dmarc.${ZONE}`, 'TXT', row('dmarc', 'v=DMARC1; p=none')),
  set(`s1._domainkey.${ZONE}`, 'TXT', row('dkim', `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`)),
  ...FOREIGN.slice(0, 20).map(({ name, type }) =>
    set(name, type === 'TXT' ? 'CAA' : 'TXT', row('own', type === 'TXT' ? '0 issue "ca.test"' : 'ours')),
  ),
]

async function sets(server: DnsServer): Promise<Map<string, string[]>> {
  const asked = [
    ...FOREIGN,
    { name: ZONE, type: 'TXT' as const },
    { name: ZONE, type: 'MX' as const },
    { name: ZONE, type: 'NS' as const },
  ]
  const seen = new Map<string, string[]>()
  for (const { name, type } of asked) {
    const answer = await ask(server, name, type, 'authoritative')
    if (answer.status !== 'answer') throw new Error(`${name} ${type}: ${answer.status}`)
    seen.set(`${name} ${type}`, answer.records.map((one) => `${one.ttlSeconds} ${one.rdata ?? one.value}`).sort())
  }
  return seen
}

async function publishAndCompare(server: DnsServer, provider: Provider): Promise<void> {
  const before = await sets(server)
  const outcomes = []
  for (const wanted of WANTED) outcomes.push((await publishRrset(provider, ZONE, wanted)).status)
  expect(outcomes.slice(0, 4)).toEqual(['published', 'kept', 'published', 'published'])
  const after = await sets(server)
  const own = `${ZONE} TXT`
  const gone = [...before].filter(
    ([key, values]) => key !== own && JSON.stringify(values) !== JSON.stringify(after.get(key)),
  )
  expect(gone).toEqual([])
  const texts = (before.get(own) ?? []).filter((text) => !text.includes(SPF))
  expect(texts).toHaveLength(BESIDE.length - 1)
  expect(after.get(own)).toEqual([...texts, '300 "our text"', '300 "v=spf1 ip4:192.0.2.1 include:x.test -all"'].sort())
}

test('BIND', async () => {
  const apex = [...BESIDE.map((text) => `@ 300 IN TXT ${text}`), '@ 300 IN MX 10 other.test.']
  const server = await startBind({ [ZONE]: [...apex, ...FOREIGN.map(formatZoneLine)].join('\n') })
  stops.push(() => server.stop())
  const config = {
    ...{ server, zone: null, keyName: server.keyName, algorithm: 'hmac-sha256' as const },
    ...{ ttlSeconds: 60, authoritative: [] },
  }
  await publishAndCompare(server, rfc2136Provider(config, server.secret, dns))
})

test('PowerDNS', async () => {
  const rrsets = FOREIGN.map(({ name, type, ttlSeconds, value }) => ({
    ...{ name, type, ttl: ttlSeconds, contents: [formatRdata(type, value)] },
  }))
  const apex = [
    { name: ZONE, type: 'TXT', contents: BESIDE },
    { name: ZONE, type: 'MX', contents: ['10 other.test.'] },
  ]
  const server = await startPowerdns({ [ZONE]: { rrsets: [...apex, ...rrsets] } })
  stops.push(() => server.stop())
  const config = { url: server.url, serverId: 'localhost', zone: null, ttlSeconds: 60, authoritative: [] }
  await publishAndCompare(server, powerdnsProvider(config, server.key))
})
