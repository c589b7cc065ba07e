import { describe, expect, it } from 'vitest'
import type { DnsAnswer, QueryType } from '@/lib/dns/answer'
import type { Dns } from '@/lib/dns/resolver'
import { isGlobalAddress, isSameAddress, reverseName } from '@/lib/settings/addresses'
import { checkServer, type Dial } from '@/lib/settings/server-checks'

/** A zone as `name type` to values; what is not in it does not exist, and `null` is a server that does not answer. */
function zone(records: Record<string, string[] | null>): Dns {
  const ask = (_server: unknown, name: string, type: QueryType): Promise<DnsAnswer> => {
    const values = records[`${name} ${type}`]
    if (values === null) return Promise.resolve({ status: 'temperror', reason: 'timeout', words: 'silent' })
    if (!values) return Promise.resolve({ status: 'nxdomain', soa: null, isAuthentic: false })
    const found = values.map((value) => ({ name, type, ttlSeconds: 60, value, rdata: null }))
    return Promise.resolve({ status: 'answer', records: found, soa: null, isAuthentic: false })
  }
  return { ask, resolvers: [{ address: '127.0.0.1', port: 53 }] }
}

const settings = {
  hostName: 'mx1.posthouse.org',
  publicAddresses: ['9.9.9.10', '2620:fe::10'],
  postmasterAddress: 'ada@elsewhere.net',
}
const good = {
  'mx1.posthouse.org A': ['9.9.9.10'],
  'mx1.posthouse.org AAAA': ['2620:fe:0:0:0:0:0:10'],
  [`${reverseName('9.9.9.10')} PTR`]: ['mx1.posthouse.org.'],
  [`${reverseName('2620:fe::10')} PTR`]: ['MX1.posthouse.org'],
  'elsewhere.net MX': ['20 later.elsewhere.net', '10 mx.elsewhere.net.'],
  'mx.elsewhere.net A': ['8.8.4.4'],
}
const dialed: string[] = []
const dial: Dial = (host, port) => {
  dialed.push(`${host}:${port}`)
  return Promise.resolve('220 mx.elsewhere.net ESMTP')
}

async function codes(records: Record<string, string[] | null>, changes = {}, dialer: Dial | null = dial) {
  const checks = await checkServer({ ...settings, ...changes }, { dns: zone(records), dial: dialer })
  return checks.map(({ check, level, code }) => `${check} ${level} ${code}`)
}

describe('checkServer', () => {
  it('finds nothing wrong with a name and addresses that lead to each other', async () => {
    expect(await codes(good)).toEqual([
      'hostName ok full',
      'forward ok same',
      'reverse ok same',
      'reverse ok same',
      'port25 ok open',
    ])
    expect(dialed).toEqual(['8.8.4.4:25'])
  })

  it('calls an address without reverse DNS broken, and one of another confirmed name worth attention', async () => {
    const other = {
      ...good,
      [`${reverseName('9.9.9.10')} PTR`]: ['host10.provider.net'],
      'host10.provider.net A': ['9.9.9.10'],
    }
    expect(await codes(other)).toContain('reverse attention otherName')
    const none = { ...good, [`${reverseName('9.9.9.10')} PTR`]: [] }
    expect(await codes(none)).toContain('reverse broken none')
    const astray = { ...good, [`${reverseName('9.9.9.10')} PTR`]: ['host10.provider.net'] }
    expect(await codes(astray)).toContain('reverse broken unconfirmed')
  })

  it('never calls broken what nobody answered', async () => {
    const silent = Object.fromEntries(Object.keys(good).map((key) => [key, null]))
    expect(await codes(silent)).toEqual([
      'hostName ok full',
      'forward unknown noAnswer',
      'reverse unknown noAnswer',
      'reverse unknown noAnswer',
      'port25 unknown notTried',
    ])
  })

  it('names a missing and an additional address', async () => {
    expect(await codes({ ...good, 'mx1.posthouse.org AAAA': [] })).toContain('forward broken missing')
    expect(await codes({ ...good, 'mx1.posthouse.org A': ['9.9.9.10', '9.9.9.11'] })).toContain(
      'forward attention extra',
    )
  })

  it.each([
    ['a private name of the postmaster', { postmasterAddress: 'ada@home.test' }],
    ['addresses that the Internet cannot reach', { publicAddresses: ['127.10.0.1', '10.0.0.1'] }],
    ['no postmaster', { postmasterAddress: null }],
  ])('does not connect anywhere with %s', async (_what, changes) => {
    dialed.length = 0
    expect((await codes(good, changes)).at(-1)).toBe('port25 unknown notTried')
    expect(dialed).toEqual([])
  })

  it('does not connect to itself, nor where this process may not', async () => {
    dialed.length = 0
    expect((await codes({ ...good, 'mx.elsewhere.net A': ['9.9.9.10'] })).at(-1)).toBe('port25 unknown notTried')
    expect((await codes(good, {}, null)).at(-1)).toBe('port25 unknown notTried')
    expect(dialed).toEqual([])
  })

  it('says that port 25 is blocked where the connection fails', async () => {
    expect((await codes(good, {}, () => Promise.reject(new Error('timed out')))).at(-1)).toBe('port25 broken blocked')
  })

  it.each([
    ['example.org', 'hostName attention bareDomain'],
    ['mx1.posthouse.test', 'hostName attention privateName'],
  ])('judges the host name %s', async (hostName, expected) => {
    expect((await codes(good, { hostName }))[0]).toBe(expected)
  })
})

describe('addresses', () => {
  it.each([
    ['192.0.2.10', '10.2.0.192.in-addr.arpa'],
    ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ['::ffff:192.0.2.1', '1.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa'],
  ])('knows the reverse name of %s', (address, name) => {
    expect(reverseName(address)).toBe(name)
  })

  it('knows an address in any spelling, and which of them are the Internet’s', () => {
    expect(isSameAddress('2001:db8::1', '2001:0DB8:0:0::0001')).toBe(true)
    expect(isSameAddress('192.0.2.1', '192.0.2.2')).toBe(false)
    expect(['127.0.0.1', '10.1.1.1', '192.0.2.1', 'fe80::1', '::1', 'x'].filter(isGlobalAddress)).toEqual([])
    expect(['::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:a00:1::1'].filter(isGlobalAddress)).toEqual([])
    expect(['9.9.9.9', '2620:fe::fe'].every(isGlobalAddress)).toBe(true)
  })
})
