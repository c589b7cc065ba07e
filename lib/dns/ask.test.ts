import packets, { type Answer, type DecodedPacket, type Packet } from 'dns-packet'
import { afterEach, expect, test } from 'vitest'
import { createAsk } from '@/lib/dns/ask'
import { startDnsServer, type Behaviour, type TestServer } from '@/lib/dns/testing/dns-server'

const servers: TestServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function serve(behave: Behaviour): Promise<TestServer> {
  const server = await startDnsServer(behave)
  servers.push(server)
  return server
}

const AA = packets.AUTHORITATIVE_ANSWER
function reply(query: DecodedPacket, more: Partial<Packet> & { rcode?: number } = {}): Packet {
  const { rcode = 0, flags = AA, ...rest } = more
  return { type: 'response', id: query.id, flags: flags | rcode, questions: query.questions, ...rest }
}
const txt = (data: string[], name = 'a.test'): Packet['answers'] => [{ type: 'TXT', name, ttl: 7, data }]
const soa: Answer[] = [
  {
    type: 'SOA',
    name: 'test',
    ttl: 100,
    data: { mname: 'ns.test', rname: 'h.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 40 },
  },
]

const ask = createAsk({ timeoutMs: 150, attempts: 2 })
const question = (server: TestServer, type: 'TXT' | 'A' | 'MX' = 'TXT') => ask(server, 'a.test', type, 'authoritative')

test('joins the strings of a TXT record and keeps how it was split', async () => {
  const server = await serve((query) => [reply(query, { answers: txt(['v=spf1 ', 'a"\u00e9']) })])
  expect(await question(server)).toMatchObject({
    status: 'answer',
    records: [{ value: 'v=spf1 a"\u00c3\u00a9', rdata: '"v=spf1 " "a\\"\\195\\169"', ttlSeconds: 7 }],
  })
})

test('asks over TCP where the answer was cut', async () => {
  const long = 'x'.repeat(200)
  const server = await serve((query, how) => [
    how === 'udp'
      ? reply(query, { flags: AA | packets.TRUNCATED_RESPONSE })
      : reply(query, { answers: txt(Array<string>(20).fill(long)) }),
  ])
  expect(await question(server)).toMatchObject({ status: 'answer', records: [{ value: long.repeat(20) }] })
  expect(server.seen).toEqual(['udp', 'tcp'])
})

test('absence says for how long it may be kept: the smaller of the two numbers of the SOA', async () => {
  const server = await serve((query) => [reply(query, { rcode: 3, authorities: soa })])
  expect(await question(server)).toEqual({
    status: 'nxdomain',
    soa: { zone: 'test', negativeTtlSeconds: 40 },
    isAuthentic: false,
  })
})

test('no answer in time is a temporary failure after every attempt', async () => {
  const server = await serve(() => [])
  expect(await question(server)).toMatchObject({ status: 'temperror', reason: 'timeout' })
  expect(server.seen).toHaveLength(2)
})

test.each([
  [2, 'servfail'],
  [5, 'refused'],
  [1, 'servfail'],
])('response code %i is a temporary failure: %s', async (rcode, reason) => {
  const server = await serve((query) => [reply(query, { rcode })])
  expect(await question(server)).toMatchObject({ status: 'temperror', reason })
})

test('waits past a forged answer with another id or another question', async () => {
  const server = await serve((query) => [
    { ...reply(query, { answers: txt(['forged']) }), id: ((query.id ?? 0) + 1) % 65536 },
    { ...reply(query, { answers: txt(['forged']) }), questions: [{ type: 'TXT', name: 'b.test' }] },
    Buffer.from('nonsense'),
    reply(query, { answers: txt(['true']) }),
  ])
  expect(await question(server)).toMatchObject({ status: 'answer', records: [{ value: 'true' }] })
})

test('an answer that is no message is a temporary failure', async () => {
  const server = await serve((query) => {
    const broken = packets.encode(reply(query, { answers: txt(['x']) }))
    broken.writeUInt16BE(9, 6)
    return [broken]
  })
  expect(await question(server)).toMatchObject({ status: 'temperror', reason: 'malformed' })
})

test('an answer without authority is not believed of an authoritative server', async () => {
  const server = await serve((query) => [reply(query, { flags: 0, answers: txt(['cached']) })])
  expect(await question(server)).toMatchObject({ status: 'temperror', reason: 'not-authoritative' })
})

test('a list of name servers without authority passes the question on', async () => {
  const server = await serve((query) => [
    reply(query, { flags: 0, authorities: [{ type: 'NS', name: 'A.test', ttl: 1, data: 'NS.b.test' }] }),
  ])
  expect(await question(server)).toEqual({ status: 'referral', zone: 'a.test', serverNames: ['ns.b.test'], glue: [] })
})

test('a resolver is asked for the AD flag and its word is told', async () => {
  const server = await serve((query) => {
    const wantsAd = query.flag_rd && query.flag_ad
    return [reply(query, { flags: wantsAd ? packets.AUTHENTIC_DATA : 0, answers: txt(['x']) })]
  })
  expect(await ask(server, 'a.test', 'TXT', 'recursive')).toMatchObject({ status: 'answer', isAuthentic: true })
})

test('a resolver can be asked for what it would hold back as bogus', async () => {
  const server = await serve((query) => [
    query.flag_cd && query.flag_rd ? reply(query, { answers: txt(['bogus']) }) : reply(query, { rcode: 2 }),
  ])
  expect(await ask(server, 'a.test', 'TXT', 'recursive')).toMatchObject({ status: 'temperror', reason: 'servfail' })
  expect(await ask(server, 'a.test', 'TXT', 'unchecked')).toMatchObject({ records: [{ value: 'bogus' }] })
})

test('addresses beside a referral are told', async () => {
  const server = await serve((query) => [
    reply(query, {
      ...{ flags: 0, authorities: [{ type: 'NS', name: 'a.test', ttl: 1, data: 'ns.a.test' }] },
      additionals: [{ type: 'A', name: 'NS.a.test', ttl: 1, data: '192.0.2.1' }],
    }),
  ])
  expect(await question(server)).toMatchObject({ glue: [{ name: 'ns.a.test', address: '192.0.2.1' }] })
})

test.each([
  ['SOA', soa[0], 'ns.test. h.test. 1 1 1 1 40'],
  ['DS', { data: { keyTag: 7, algorithm: 13, digestType: 2, digest: Buffer.from([10, 255]) } }, '7 13 2 0aff'],
  ['DNSKEY', { data: { flags: 257, algorithm: 13, key: Buffer.from([1, 2, 3]) } }, '257 3 13 AQID'],
  ['TLSA', { data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from([10, 255]) } }, '3 1 1 0aff'],
] as const)('reads %s', async (type, content, value) => {
  const answer = { ...content, type, name: 'a.test', ttl: 1 } as Answer
  const server = await serve((query) => [reply(query, { answers: [answer] })])
  expect(await ask(server, 'a.test', type, 'authoritative')).toMatchObject({ status: 'answer', records: [{ value }] })
})

test('an alias is followed inside a resolver’s answer and told of an authoritative one', async () => {
  const alias = { type: 'CNAME', name: 'a.test', ttl: 3, data: 'b.test' } as const
  const whole = await serve((query) => [reply(query, { answers: [alias, ...(txt(['there'], 'b.test') ?? [])] })])
  expect(await ask(whole, 'a.test', 'TXT', 'recursive')).toMatchObject({
    status: 'answer',
    records: [{ value: 'there' }],
  })
  const alone = await serve((query) => [reply(query, { answers: [alias] })])
  expect(await question(alone)).toEqual({ status: 'alias', target: 'b.test', ttlSeconds: 3 })
})

test('aliases that lead in a circle end', async () => {
  const server = await serve((query) => [
    reply(query, {
      answers: [
        { type: 'CNAME', name: 'a.test', ttl: 1, data: 'b.test' },
        { type: 'CNAME', name: 'b.test', ttl: 1, data: 'a.test' },
      ],
    }),
  ])
  expect(await question(server)).toMatchObject({ status: 'alias' })
})

test('a server that does not know EDNS is asked without it', async () => {
  const server = await serve((query) => [
    (query.additionals?.length ?? 0) > 0 ? reply(query, { rcode: 1 }) : reply(query, { answers: txt(['plain']) }),
  ])
  expect(await question(server)).toMatchObject({ status: 'answer', records: [{ value: 'plain' }] })
})

test.each(['a..test', `${'x'.repeat(64)}.test`, `${'x.'.repeat(130)}test`, `${'é'.repeat(40)}.test`])(
  'does not ask for what cannot be a name: %s',
  async (name) => {
    const server = await serve((query) => [reply(query)])
    expect(await ask(server, name, 'A', 'recursive')).toMatchObject({ status: 'temperror', reason: 'malformed' })
    expect(server.seen).toEqual([])
  },
)

test('a closed port is told at once, not waited for', async () => {
  const server = await serve(() => [])
  const { port } = server
  await servers.pop()?.close()
  const slow = createAsk({ timeoutMs: 5_000, attempts: 2 })
  const began = performance.now()
  expect(await slow({ address: '127.0.0.1', port }, 'a.test', 'A', 'recursive')).toMatchObject({
    status: 'temperror',
    reason: 'unreachable',
  })
  expect(performance.now() - began).toBeLessThan(2_000)
})
