import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAsk } from '@/lib/dns/ask'
import { fixedAuthority } from '@/lib/dns/authority'
import { formatUpdate, sendUpdate, type SendUpdate } from '@/lib/dns/nsupdate'
import { observeRecords } from '@/lib/dns/observe'
import { rfc2136Provider } from '@/lib/dns/providers/rfc2136'
import { publishRrset, type RrsetToPublish } from '@/lib/dns/publish-rrset'
import type { DnsRecordData } from '@/lib/dns/record'
import type { Rfc2136Config } from '@/lib/dns/schema'
import { arbitraryRecord } from '@/lib/dns/testing/arbitrary'
import { startBind, type TestBind } from '@/lib/dns/testing/bind'
import { formatZoneText, parseZoneLine } from '@/lib/dns/zone-text'

const run = promisify(execFile)
const ask = createAsk({ timeoutMs: 2_000, attempts: 2 })
const SPF = 'v=spf1 ip4:192.0.2.1 ~all'
const LONG_KEY = `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`

let bind: TestBind
let stale: TestBind
const started: TestBind[] = []
beforeAll(async () => {
  const zone = [
    '@ 300 IN TXT "site=1"',
    '@ 300 IN TXT "v=spf1 " "include:x.test -all"',
    'alias IN CNAME elsewhere.test.',
    'two IN TXT "v=spf1 -all"',
    'two IN TXT "v=spf1 a -all"',
    '*.wild 77 IN TXT "anything"',
    'same.wild 77 IN TXT "anything"',
    'web IN A 192.0.2.80',
  ].join('\n')
  bind = await startBind({ 'zone.test': zone })
  started.push(bind)
  stale = await startBind({ 'zone.test': '' })
  started.push(stale)
})
afterAll(() => Promise.all(started.map((server) => server.stop())))

interface Access {
  config: Rfc2136Config
  secret: string
  zone: string
}

function provider(more: Partial<Rfc2136Config> = {}, secret = bind.secret): Access {
  const server = { address: bind.address, port: bind.port }
  const config = {
    server,
    zone: null,
    keyName: bind.keyName,
    algorithm: 'hmac-sha256' as const,
    ttlSeconds: 60,
    authoritative: [],
    ...more,
  }
  return { config, secret, zone: 'zone.test' }
}
const dns = { ask, resolvers: [] }
const publish = (set: RrsetToPublish, { config, secret, zone } = provider(), send: SendUpdate = sendUpdate) =>
  publishRrset(rfc2136Provider(config, secret, dns, send), zone, set)
const txt = (name: string, purpose: 'spf' | 'dkim' | 'own', value: string): RrsetToPublish => ({
  name,
  type: 'TXT',
  ttlSeconds: 60,
  rows: [{ purpose, value }],
})

async function live(name: string, type: 'TXT' | 'MX' = 'TXT') {
  const answer = await ask(bind, name, type, 'authoritative')
  return answer.status === 'answer'
    ? answer.records.map(({ value, ttlSeconds }) => `${ttlSeconds} ${value}`).sort()
    : answer.status
}

test('extends the SPF record of others, keeps the text beside it and its TTL, and writes once', async () => {
  const set = txt('zone.test', 'spf', SPF)
  expect(await publish(set)).toEqual({ status: 'published', words: '' })
  expect(await live('zone.test')).toEqual(['300 site=1', '300 v=spf1 ip4:192.0.2.1 include:x.test -all'])
  const refuse: SendUpdate = () => Promise.reject(new Error('nothing is to be written again'))
  expect(await publish(set, provider(), refuse)).toEqual({ status: 'unchanged', words: '' })
})

test('publishes a key longer than one string, whole', async () => {
  expect(await publish(txt('s1._domainkey.zone.test', 'dkim', LONG_KEY))).toMatchObject({ status: 'published' })
  expect(await live('s1._domainkey.zone.test')).toEqual([`60 ${LONG_KEY}`])
})

test('leaves a name that is an alias, and two SPF records', async () => {
  expect(await publish(txt('alias.zone.test', 'own', 'x'))).toEqual({
    status: 'kept',
    words: 'alias',
  })
  expect(await publish(txt('two.zone.test', 'spf', SPF))).toEqual({
    status: 'kept',
    words: 'several',
  })
  expect(await live('two.zone.test')).toHaveLength(2)
})

test('a wildcard’s answer is not what stands at a name, unless the same stands there itself', async () => {
  expect(await publish(txt('new.wild.zone.test', 'own', 'x'))).toMatchObject({ status: 'published' })
  expect(await live('new.wild.zone.test')).toEqual(['60 x'])
  expect(await live('other.wild.zone.test')).toEqual(['77 anything'])
  expect(await publish(txt('same.wild.zone.test', 'own', 'x'))).toMatchObject({ status: 'published' })
  expect(await live('same.wild.zone.test')).toEqual(['77 anything', '77 x'])
})

test('an alias is not put where records of another type stand', async () => {
  const alias: RrsetToPublish = {
    ...{ name: 'web.zone.test', type: 'CNAME', ttlSeconds: 60 },
    rows: [{ purpose: 'own', value: 'elsewhere.test.' }],
  }
  expect(await publish(alias)).toEqual({ status: 'kept', words: 'foreign-record' })
  expect(await publish({ ...alias, name: 'free.zone.test' })).toMatchObject({ status: 'published' })
})

test('is tried by a question that changes nothing', async () => {
  const open = ({ config, secret }: Access) => rfc2136Provider(config, secret, dns)
  expect(await open(provider()).tryOut('a.zone.test')).toEqual({ status: 'ok', zones: ['zone.test'], words: '' })
  expect(await open(provider({ keyName: 'unknown-key' })).tryOut('zone.test')).toMatchObject({ status: 'refused' })
  expect(await open(provider()).tryOut('other.test')).toMatchObject({ status: 'refused' })
})

test('loses nothing that somebody else writes between reading and writing', async () => {
  let isFirst = true
  const meddle: SendUpdate = async (config, secret, request) => {
    if (isFirst) {
      isFirst = false
      const record: DnsRecordData = { name: 'race.zone.test', type: 'TXT', ttlSeconds: 9, value: 'theirs' }
      expect(await sendUpdate(config, secret, { ...request, live: [], remove: [], add: [record] })).toEqual({
        status: 'done',
      })
    }
    return sendUpdate(config, secret, request)
  }
  expect(await publish(txt('race.zone.test', 'own', 'ours'), provider(), meddle)).toMatchObject({ status: 'published' })
  expect(await live('race.zone.test')).toEqual(['9 ours', '9 theirs'])
})

test('says in the server’s words that it refused', async () => {
  const set = txt('refused.zone.test', 'own', 'x')
  const wrongSecret = await publish(
    set,
    provider({}, Buffer.from('another secret, of other people!').toString('base64')),
  )
  expect(wrongSecret).toMatchObject({ status: 'refused' })
  expect(JSON.stringify(wrongSecret)).toMatch(/BADSIG|tsig/i)
  expect(await publish(set, provider({ keyName: 'unknown-key' }))).toMatchObject({ status: 'refused' })
  expect(await publish(set, { ...provider(), zone: 'other.test' })).toMatchObject({ status: 'refused' })
  expect(await live('refused.zone.test')).toBe('nxdomain')
})

test('a server that is not there is a temporary failure', async () => {
  const gone = await startBind({ 'zone.test': '' })
  await gone.stop()
  const config = { server: { address: gone.address, port: gone.port } }
  expect(await publish(txt('x.zone.test', 'own', 'x'), provider(config))).toMatchObject({ status: 'temperror' })
})

test('a server that accepts and does nothing is found out', async () => {
  const nothing: SendUpdate = () => Promise.resolve({ status: 'done' })
  expect(await publish(txt('nothing.zone.test', 'own', 'x'), provider(), nothing)).toMatchObject({
    status: 'unconfirmed',
  })
})

test('leaves no key file behind and puts no secret on a command line', async () => {
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('posthouse-tsig-'))).toEqual([])
  const request = { zone: 'zone.test', name: 'a.zone.test', type: 'TXT' as const, live: [], remove: [], add: [] }
  expect(formatUpdate(provider().config, request)).not.toContain(bind.secret)
})

test('says what BIND says: here, not there, elsewhere something else', async () => {
  const name = 's2._domainkey.zone.test'
  const record = { id: 'r', purpose: 'dkim' as const, type: 'TXT' as const, name, value: LONG_KEY }
  const now = new Date()
  const both = fixedAuthority('zone.test', [bind, stale])
  const world = { ask, resolvers: [bind] }
  const before = (await observeRecords(world, both, [record], now)).get('r')
  expect(before).toMatchObject({ state: 'missing' })
  expect(before?.findings[0]?.ttlSeconds).toBe(2)
  expect(await publish(txt(name, 'dkim', LONG_KEY))).toMatchObject({ status: 'published' })
  expect((await observeRecords(world, both, [record], now)).get('r')).toMatchObject({ state: 'propagating' })
  const one = fixedAuthority('zone.test', [bind])
  expect((await observeRecords(world, one, [record], now)).get('r')).toMatchObject({ state: 'ok' })
  const wild = { ...record, name: 'k.wild.zone.test' }
  expect((await observeRecords(world, one, [wild], now)).get('r')).toMatchObject({
    state: 'different',
    findings: [{ values: ['anything'], ttlSeconds: 77 }],
  })
})

test('every kind of record is read back from BIND as it was published', async () => {
  const samples = fc.sample(arbitraryRecord, { numRuns: 40, seed: 7 })
  for (const [index, { type, value, ttlSeconds }] of samples.entries()) {
    const name = `r${index}.zone.test`
    const outcome = await publish({ name, type, ttlSeconds, rows: [{ purpose: 'own', value }] })
    expect(outcome, `${type} ${JSON.stringify(value)}`).toEqual({ status: 'published', words: '' })
    const answer = await ask(bind, name, type, 'authoritative')
    expect(answer).toMatchObject({ status: 'answer', records: [{ type, value, ttlSeconds }] })
  }
})

test('an answer too long for a datagram is read whole', async () => {
  const value = 'long '.repeat(800)
  expect(await publish(txt('long.zone.test', 'own', value))).toMatchObject({ status: 'published' })
  expect(await live('long.zone.test')).toEqual([`60 ${value}`])
})

test('BIND reads every record back as it was written', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'posthouse-zone-'))
  const head = 'zone.test. 60 IN SOA ns.zone.test. h.zone.test. 1 1 1 1 1\nzone.test. 60 IN NS ns.elsewhere.test.\n'
  try {
    const samples = fc.sample(arbitraryRecord, { numRuns: 400, seed: 42 })
    // One name each: a zone has one TTL a set and nothing beside a CNAME.
    const records = samples.map((record, index) => ({ ...record, name: `n${index}.${record.name}`.slice(-200) }))
    await writeFile(join(dir, 'in.zone'), head + formatZoneText(records))
    await run('named-checkzone', [
      '-i',
      'none',
      '-n',
      'ignore',
      '-k',
      'ignore',
      '-m',
      'ignore',
      '-M',
      'ignore',
      '-S',
      'ignore',
      '-s',
      'full',
      '-o',
      join(dir, 'out.zone'),
      '-D',
      'zone.test',
      join(dir, 'in.zone'),
    ])
    const { stdout } = await run('cat', [join(dir, 'out.zone')], { maxBuffer: 64 * 1024 * 1024 })
    const read = stdout
      .split('\n')
      .map(parseZoneLine)
      .filter((record) => record !== null)
    const order = (list: DnsRecordData[]) =>
      list.map((record) => JSON.stringify([record.name, record.type, record.ttlSeconds, record.value])).sort()
    expect(order(read)).toEqual(order(records))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
