import { describe, expect, test } from 'vitest'
import type { DnsAnswer } from '@/lib/dns/answer'
import { fixedAuthority } from '@/lib/dns/authority'
import { isEverywhere, observeRecords, type ObservedRecord } from '@/lib/dns/observe'
import { answerOf, fakeAsk, NEGATIVE_TTL_SECONDS } from '@/lib/dns/testing/fake-ask'

const NOW = new Date('2026-11-22T12:00:00Z')
const NAME = 's1._domainkey.example.test'
const VALUE = 'v=DKIM1; k=rsa; p=AAAA'
const RECORD: ObservedRecord = { id: 'r', purpose: 'dkim', type: 'TXT', name: NAME, value: VALUE }
const QUESTION = `${NAME} TXT`
const AUTHORITY = fixedAuthority('test', [
  { address: '192.0.2.1', port: 53 },
  { address: '192.0.2.2', port: 53 },
])
const RESOLVERS = [
  { address: '192.0.2.101', port: 53 },
  { address: '192.0.2.102', port: 53 },
]
const servfail: DnsAnswer = { status: 'temperror', reason: 'servfail', words: 'SERVFAIL' }

async function observe(servers: Record<string, Record<string, string[] | DnsAnswer>>, log: string[] = []) {
  const dns = { ask: fakeAsk('test', servers, log), resolvers: RESOLVERS }
  const observation = (await observeRecords(dns, AUTHORITY, [RECORD], NOW)).get('r')
  if (!observation) throw new Error('no observation')
  return observation
}

const has = { [QUESTION]: [VALUE] }

test('is ok when every authoritative server and every resolver has it', async () => {
  const observation = await observe({ '192.0.2.1': has, '192.0.2.2': has, '192.0.2.101': has, '192.0.2.102': has })
  expect(observation).toMatchObject({ state: 'ok', waitingUntil: null })
  expect(isEverywhere(observation)).toBe(true)
})

test('asks no resolver while one authoritative server lacks the record, for the question itself would be remembered', async () => {
  const log: string[] = []
  const observation = await observe({ '192.0.2.1': has, '192.0.2.2': {}, '192.0.2.101': has, '192.0.2.102': has }, log)
  expect(observation.state).toBe('propagating')
  expect(isEverywhere(observation)).toBe(false)
  expect(log.filter((line) => line.includes('recursive'))).toEqual([])
})

test('a silent authoritative server is a temporary failure, and no proof', async () => {
  const observation = await observe({ '192.0.2.1': has })
  expect(observation.state).toBe('temperror')
  expect(isEverywhere(observation)).toBe(false)
})

test('what one server knows to be missing is missing, though the other is silent', async () => {
  expect((await observe({ '192.0.2.1': {} })).state).toBe('missing')
})

test('is propagating until the absence that a resolver keeps runs out', async () => {
  const observation = await observe({ '192.0.2.1': has, '192.0.2.2': has, '192.0.2.101': has, '192.0.2.102': {} })
  expect(observation.state).toBe('propagating')
  expect(observation.waitingUntil).toEqual(new Date(NOW.getTime() + NEGATIVE_TTL_SECONDS * 1000))
})

test('is propagating until an older value runs out', async () => {
  const older = { [QUESTION]: answerOf(NAME, 'TXT', ['v=DKIM1; p=BBBB'], 300) }
  const observation = await observe({ '192.0.2.1': has, '192.0.2.2': has, '192.0.2.101': has, '192.0.2.102': older })
  expect(observation.waitingUntil).toEqual(new Date(NOW.getTime() + 300_000))
})

test('one failing resolver of two is no failure, both are a temporary one', async () => {
  const bad = { [QUESTION]: servfail }
  expect((await observe({ '192.0.2.1': has, '192.0.2.2': has, '192.0.2.101': has, '192.0.2.102': bad })).state).toBe(
    'ok',
  )
  expect((await observe({ '192.0.2.1': has, '192.0.2.2': has, '192.0.2.101': bad, '192.0.2.102': bad })).state).toBe(
    'temperror',
  )
})

test('a record is authentic by the word of one resolver that validates, and is not only where all answered without', async () => {
  const signed = { [QUESTION]: { ...answerOf(NAME, 'TXT', [VALUE]), isAuthentic: true } }
  const looked = async (first: Record<string, string[] | DnsAnswer>, second: Record<string, string[] | DnsAnswer>) =>
    (await observe({ '192.0.2.1': has, '192.0.2.2': has, '192.0.2.101': first, '192.0.2.102': second })).isAuthentic
  const bad = { [QUESTION]: servfail }
  expect(await looked(has, signed)).toBe(true)
  expect(await looked(bad, signed)).toBe(true)
  expect(await looked(has, has)).toBe(false)
  expect(await looked(has, bad)).toBeNull()
  expect(await looked(bad, bad)).toBeNull()
  expect((await observe({ '192.0.2.1': {} })).isAuthentic).toBeNull()
})

test('follows a delegation below the zone to the servers that decide', async () => {
  const passedOn: DnsAnswer = {
    status: 'referral',
    zone: '_domainkey.example.test',
    serverNames: ['ns.keys.test'],
    glue: [],
  }
  const address = { 'ns.keys.test A': ['192.0.2.3'] }
  const observation = await observe({
    '192.0.2.1': { [QUESTION]: passedOn },
    '192.0.2.2': { [QUESTION]: passedOn },
    '192.0.2.3': has,
    '192.0.2.101': { ...has, ...address },
    '192.0.2.102': has,
  })
  expect(observation.state).toBe('ok')
  expect(observation.findings[0]?.server).toBe('ns.keys.test')
})

test('a server that passes the name upwards does not serve the zone', async () => {
  const upwards: DnsAnswer = { status: 'referral', zone: '', serverNames: ['a.root.test'], glue: [] }
  expect((await observe({ '192.0.2.1': { [QUESTION]: upwards }, '192.0.2.2': { [QUESTION]: upwards } })).state).toBe(
    'temperror',
  )
})

test('an alias where the record should be is something else', async () => {
  const alias: DnsAnswer = { status: 'alias', target: 'other.test', ttlSeconds: 5 }
  const observation = await observe({ '192.0.2.1': { [QUESTION]: alias }, '192.0.2.2': { [QUESTION]: alias } })
  expect(observation.state).toBe('different')
  expect(observation.findings[0]?.words).toBe('CNAME other.test')
})

describe('where an alias is wanted', () => {
  const nodata: DnsAnswer = { status: 'nodata', soa: { zone: 'test', negativeTtlSeconds: 30 }, isAuthentic: false }
  const name = 'autoconfig.example.test'
  const record: ObservedRecord = { id: 'r', purpose: 'autoconfig', type: 'CNAME', name, value: 'panel.test.' }
  const target = { 'panel.test A': ['192.0.2.7'], 'panel.test AAAA': ['2001:db8::7'] }

  async function stateOf(zone: Record<string, string[] | DnsAnswer>, more: Partial<ObservedRecord> = {}) {
    const servers = { '192.0.2.1': zone, '192.0.2.2': zone, '192.0.2.101': target, '192.0.2.102': target }
    const dns = { ask: fakeAsk('test', servers), resolvers: RESOLVERS }
    return (await observeRecords(dns, AUTHORITY, [{ ...record, ...more }], NOW)).get('r')
  }

  test('addresses of its target serve as well', async () => {
    const zone = { [`${name} CNAME`]: nodata, [`${name} A`]: ['192.0.2.7'], [`${name} AAAA`]: ['2001:db8::7'] }
    expect(await stateOf(zone)).toMatchObject({
      state: 'ok',
      findings: [{ values: ['192.0.2.7', '2001:db8::7'] }, { values: ['192.0.2.7', '2001:db8::7'] }],
    })
  })

  test('other addresses are different, not missing', async () => {
    const zone = { [`${name} CNAME`]: nodata, [`${name} A`]: ['192.0.2.7', '192.0.2.8'] }
    expect(await stateOf(zone)).toMatchObject({ state: 'different' })
  })

  test('what nobody could compare is not called different', async () => {
    const zone = { [`${name} CNAME`]: nodata, [`${name} A`]: ['192.0.2.8'] }
    const dns = { ask: fakeAsk('test', { '192.0.2.1': zone, '192.0.2.2': zone }), resolvers: RESOLVERS }
    expect((await observeRecords(dns, AUTHORITY, [record], NOW)).get('r')).toMatchObject({ state: 'temperror' })
  })

  test('a name without addresses is missing, and so is an alias that no host serves for', async () => {
    expect(await stateOf({ [`${name} CNAME`]: nodata })).toMatchObject({ state: 'missing' })
    const zone = { [`${name} CNAME`]: nodata, [`${name} A`]: ['192.0.2.7'] }
    expect(await stateOf(zone, { purpose: 'own' })).toMatchObject({ state: 'missing' })
  })
})
