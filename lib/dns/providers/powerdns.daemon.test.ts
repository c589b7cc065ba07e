import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAsk } from '@/lib/dns/ask'
import { NOTHING_LIVE } from '@/lib/dns/provider'
import { powerdnsProvider } from '@/lib/dns/providers/powerdns'
import { publishRrset, type RrsetToPublish } from '@/lib/dns/publish-rrset'
import type { RecordType } from '@/lib/dns/record'
import type { PowerdnsConfig } from '@/lib/dns/schema'
import { arbitraryRecord } from '@/lib/dns/testing/arbitrary'
import { startPowerdns, type TestPowerdns } from '@/lib/dns/testing/powerdns'

const run = promisify(execFile)
const ask = createAsk({ timeoutMs: 2_000, attempts: 2 })
const ZONE = 'zone.test'
const SPF = 'v=spf1 ip4:192.0.2.1 ~all'
const LONG_KEY = `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`

let server: TestPowerdns
beforeAll(async () => {
  server = await startPowerdns({
    [ZONE]: {
      rrsets: [
        {
          name: ZONE,
          type: 'TXT',
          contents: ['"site=1"', '"v=spf1 " "include:x.test -all"'],
          disabled: ['"switched off"'],
        },
        { name: `alias.${ZONE}`, type: 'CNAME', contents: ['elsewhere.test.'] },
        { name: `gone.${ZONE}`, type: 'TXT', contents: ['"ours"', '"theirs"'] },
        { name: `last.${ZONE}`, type: 'TXT', contents: ['"ours"'] },
        { name: `*.wild.${ZONE}`, type: 'TXT', contents: ['"anything"'] },
      ],
    },
    'signed.test': { isSigned: true },
    'sub.zone.test': {},
  })
})
afterAll(() => server.stop())

const open = (more: Partial<PowerdnsConfig> = {}, key = server.key) =>
  powerdnsProvider(
    { url: server.url, serverId: 'localhost', zone: null, ttlSeconds: 60, authoritative: [], ...more },
    key,
  )
const publish = (set: RrsetToPublish, zone = ZONE, provider = open()) => publishRrset(provider, zone, set)
const txt = (name: string, purpose: 'spf' | 'dkim' | 'own' | 'withdrawn', value: string): RrsetToPublish => ({
  name,
  type: 'TXT',
  ttlSeconds: 60,
  rows: [{ purpose, value }],
})

async function served(name: string, type: RecordType = 'TXT'): Promise<string[] | string> {
  const answer = await ask(server, name, type, 'authoritative')
  return answer.status === 'answer'
    ? answer.records.map(({ rdata, ttlSeconds }) => `${ttlSeconds} ${rdata}`).sort()
    : answer.status
}

/** As the API stores them, disabled ones too. */
async function stored(name: string): Promise<string[]> {
  const zone = (await server.api('GET', `/zones/${ZONE}.`)) as {
    rrsets: { name: string; type: string; records: { content: string; disabled: boolean }[] }[]
  }
  return zone.rrsets
    .filter((set) => set.name === `${name}.` && set.type === 'TXT')
    .flatMap((set) => set.records.map(({ content, disabled }) => `${disabled ? 'off' : 'on'} ${content}`))
    .sort()
}

test('finds the zone that holds a domain, the closest first', async () => {
  expect(await open().findZone('a.zone.test')).toEqual({ status: 'found', zone: ZONE })
  expect(await open().findZone('a.sub.zone.test')).toEqual({ status: 'found', zone: 'sub.zone.test' })
  expect(await open().findZone('other.test')).toMatchObject({ status: 'refused' })
  expect(await open({ zone: ZONE }).findZone('a.sub.zone.test')).toEqual({ status: 'found', zone: ZONE })
})

test('extends the SPF record of others; what stands beside it stays byte for byte, switched off ones too', async () => {
  expect(await publish(txt(ZONE, 'spf', SPF))).toEqual({ status: 'published', words: '' })
  expect(await served(ZONE)).toEqual(['300 "site=1"', '300 "v=spf1 ip4:192.0.2.1 include:x.test -all"'])
  expect(await stored(ZONE)).toEqual([
    'off "switched off"',
    'on "site=1"',
    'on "v=spf1 ip4:192.0.2.1 include:x.test -all"',
  ])
  expect(await publish(txt(ZONE, 'spf', SPF))).toEqual({ status: 'unchanged', words: '' })
})

test('publishes a key longer than one string, whole', async () => {
  expect(await publish(txt(`s1._domainkey.${ZONE}`, 'dkim', LONG_KEY))).toMatchObject({ status: 'published' })
  const answer = await ask(server, `s1._domainkey.${ZONE}`, 'TXT', 'authoritative')
  expect(answer).toMatchObject({ status: 'answer', records: [{ value: LONG_KEY, ttlSeconds: 60 }] })
})

test('takes ours away and leaves theirs, and the set with the last of it', async () => {
  expect(await publish(txt(`gone.${ZONE}`, 'withdrawn', 'ours'))).toMatchObject({ status: 'published' })
  expect(await served(`gone.${ZONE}`)).toEqual(['300 "theirs"'])
  expect(await publish(txt(`last.${ZONE}`, 'withdrawn', 'ours'))).toMatchObject({ status: 'published' })
  expect(await served(`last.${ZONE}`)).toBe('nxdomain')
})

test('leaves a name that is an alias; a wildcard’s answer is not what stands at the name', async () => {
  expect(await publish(txt(`alias.${ZONE}`, 'own', 'x'))).toEqual({ status: 'kept', words: 'alias' })
  expect(await publish(txt(`k.wild.${ZONE}`, 'own', 'x'))).toMatchObject({ status: 'published' })
  expect(await served(`k.wild.${ZONE}`)).toEqual(['60 "x"'])
  expect(await served(`other.wild.${ZONE}`)).toEqual(['300 "anything"'])
})

test('writes nothing where the set is not as it was read', async () => {
  const name = `race.${ZONE}`
  const provider = open()
  const live = await provider.read(ZONE, name, 'TXT')
  if (live.status !== 'read') throw new Error(live.words)
  await server.api('PATCH', `/zones/${ZONE}.`, {
    rrsets: [{ name: `${name}.`, type: 'TXT', ttl: 9, changetype: 'REPLACE', records: [{ content: '"theirs"' }] }],
  })
  const change = { name, type: 'TXT' as const, ttlSeconds: 60, live, remove: [], add: ['ours'] }
  expect(await provider.change(ZONE, change)).toMatchObject({ status: 'changed' })
  expect(await served(name)).toEqual(['9 "theirs"'])
})

test('says in the server’s words that it refused', async () => {
  const wrongKey = await publish(txt(`x.${ZONE}`, 'own', 'x'), ZONE, open({}, 'another key'))
  expect(wrongKey).toMatchObject({ status: 'refused', words: expect.stringContaining('401') as string })
  expect(await publish(txt(`x.${ZONE}`, 'own', 'x'), 'other.test')).toMatchObject({ status: 'refused' })
  const outside = await open().change(ZONE, {
    ...{ name: 'x.other.test', type: 'TXT', ttlSeconds: 60, remove: [], add: ['x'] },
    live: NOTHING_LIVE,
  })
  expect(outside).toMatchObject({ status: 'refused', words: expect.stringContaining('out of zone') as string })
})

test('a server that is not there, or is none, is a temporary failure', async () => {
  const gone = open({ url: 'http://127.0.0.1:1' })
  expect(await gone.findZone(ZONE)).toMatchObject({ status: 'temperror' })
  expect(await publish(txt(`x.${ZONE}`, 'own', 'x'), ZONE, gone)).toMatchObject({ status: 'temperror' })
})

test('a signed zone still proves what is not there after a change', async () => {
  expect(await publish(txt('k.signed.test', 'own', 'x'), 'signed.test')).toMatchObject({ status: 'published' })
  const chain = (await server.api('GET', '/zones/signed.test.')) as { dnssec: boolean }
  expect(chain.dnssec).toBe(true)
  const { stdout } = await run('dig', [
    ...['@127.0.0.1', '-p', String(server.port), '+dnssec', '+noall', '+authority', 'missing.signed.test', 'TXT'],
  ])
  // The record that proves the gap names our new record as its end or its beginning.
  expect(stdout).toMatch(/NSEC/)
  expect(stdout).toMatch(/k\.signed\.test/)
})

test('is tried without changing anything', async () => {
  expect(await open().tryOut('a.zone.test')).toEqual({
    status: 'ok',
    zones: ['signed.test', 'sub.zone.test', 'zone.test'],
    words: '3',
  })
  expect(await open().tryOut('other.test')).toMatchObject({ status: 'refused' })
  expect(await open({}, 'wrong').tryOut(ZONE)).toMatchObject({ status: 'refused' })
})

test('every kind of record is read back as it was published', async () => {
  const samples = fc.sample(arbitraryRecord, { numRuns: 60, seed: 7 })
  for (const [index, { type, value, ttlSeconds }] of samples.entries()) {
    const name = `r${index}.${ZONE}`
    const outcome = await publish({ name, type, ttlSeconds, rows: [{ purpose: 'own', value }] })
    expect(outcome, `${type} ${JSON.stringify(value)}`).toEqual({ status: 'published', words: '' })
    expect(await ask(server, name, type, 'authoritative')).toMatchObject({
      status: 'answer',
      records: [{ type, value, ttlSeconds }],
    })
  }
})
