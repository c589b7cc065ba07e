import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemWorld } from '@/lib/checks/system-world'
import { checkedDomain } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import { zoneFamily } from '@/lib/checks/zone'
import { mxFamily } from '@/lib/checks/mx'
import type { DomainFacts } from '@/lib/checks/check'
import type { Ask, DnsAnswer } from '@/lib/dns/answer'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { answerOf, fakeAsk } from '@/lib/dns/testing/fake-ask'

type Said = Record<string, string[] | DnsAnswer>

const RESOLVER = '192.0.2.101'
const DOMAIN = 'example.net'
const SOA = 'ns1.example.net. h.example.net. 7 1 1 1 60'

const soaOf = (zone: string, values = [SOA], isAuthentic = false): DnsAnswer => {
  const answer = answerOf(zone, 'SOA', values)
  return answer.status === 'answer' ? { ...answer, soa: { zone, negativeTtlSeconds: 60 }, isAuthentic } : answer
}
const temperror = (reason: 'servfail' | 'refused' | 'timeout' | 'not-authoritative'): DnsAnswer => ({
  ...{ status: 'temperror', reason, words: reason },
})
const referral = (serverNames: string[], glue: Record<string, string> = {}): DnsAnswer => ({
  ...{ status: 'referral', zone: DOMAIN, serverNames },
  glue: Object.entries(glue).map(([name, address]) => ({ name, address })),
})

const NS = ['ns1.example.net.', 'ns2.example.org.']
const GLUE = { 'ns1.example.net': '9.9.9.1' }
const zone: Said = { [`${DOMAIN} NS`]: NS, [`${DOMAIN} SOA`]: [SOA], [`${DOMAIN} MX`]: ['10 mx.example.org.'] }
const resolver: Said = {
  ...{ [`${DOMAIN} NS`]: NS, [`${DOMAIN} SOA`]: soaOf(DOMAIN), 'net SOA': soaOf('net'), 'net NS': ['a.gtld.net.'] },
  ...{ 'ns1.example.net A': ['9.9.9.1'], 'ns2.example.org A': ['9.9.9.2'], 'a.gtld.net A': ['9.9.9.100'] },
  ...{ 'ns1.example.net AAAA': ['2620:fe::1'], 'ns2.example.org AAAA': ['2620:fe::2'] },
  'mx.example.org AAAA': ['2620:fe::25'],
}
const parent: Said = { [`${DOMAIN} NS`]: referral(['ns2.example.org', 'ns1.example.net'], GLUE) }

interface Servers {
  resolver?: Said
  ns1?: Said | null
  ns2?: Said | null
  parent?: Said | null
}

function servers(given: Servers): Record<string, Said> {
  const add = (address: string, own: Said, more: Said | null | undefined) =>
    more === null ? {} : { [address]: { ...own, ...more } }
  return {
    ...add(RESOLVER, resolver, given.resolver),
    ...add('9.9.9.1', zone, given.ns1),
    ...add('2620:fe::1', zone, given.ns1),
    ...add('9.9.9.2', zone, given.ns2),
    ...add('2620:fe::2', zone, given.ns2),
    ...add('9.9.9.100', parent, given.parent),
  }
}

function worldOf(given: Servers, wrap: (ask: Ask) => Ask = (ask) => ask) {
  const ask = wrap(fakeAsk(DOMAIN, servers(given)))
  const dns = { ask, resolvers: [{ address: RESOLVER, port: 53 }] }
  return systemWorld({ dns, now: new Date('2026-11-22T12:00:00Z'), trusted: [] })
}

const run = (given: Servers, facts: Partial<DomainFacts> = {}, wrap?: (ask: Ask) => Ask) =>
  runFamily(zoneFamily, worldOf(given, wrap), checkedDomain({ name: DOMAIN, ...facts }))

const FINE = [
  ...[
    'zone.alias ok',
    'zone.answers ok fine',
    'zone.caa info none',
    'zone.delegation ok same',
    'zone.dnssec info unsigned',
  ],
  ...['zone.glue ok', 'zone.ipv6 ok', 'zone.lame ok', 'zone.nameservers ok fine', 'zone.serials ok fine'],
  'zone.wildcard ok',
]
const withoutState = (line: string) => line.replace(/ fine$/, '')

/** What differs from a zone with which nothing is wrong. */
async function wrong(given: Servers, facts?: Partial<DomainFacts>, wrap?: (ask: Ask) => Ask): Promise<string[]> {
  const { lines } = await run(given, facts, wrap)
  return lines.map(withoutState).filter((line) => !FINE.map(withoutState).includes(line))
}

test('finds nothing wrong with a zone that is well kept', async () => {
  expect(await wrong({})).toEqual([])
})

test.each<[string, Servers, string[]]>([
  [
    'one server alone',
    { ns1: { [`${DOMAIN} NS`]: ['ns1.example.net.'] }, resolver: { [`${DOMAIN} NS`]: ['ns1.example.net.'] } },
    ['zone.delegation attention differs', 'zone.ipv6 info', 'zone.nameservers attention few'],
  ],
  [
    'a server without an address',
    {
      ...{
        ns1: { [`${DOMAIN} NS`]: [...NS, 'ns3.example.org.'] },
        ns2: { [`${DOMAIN} NS`]: [...NS, 'ns3.example.org.'] },
      },
      parent: { [`${DOMAIN} NS`]: referral(['ns2.example.org', 'ns1.example.net'], GLUE) },
    },
    ['zone.nameservers attention lost'],
  ],
  [
    'a server that does not hold the zone',
    { ns2: { [`${DOMAIN} NS`]: temperror('not-authoritative') } },
    ['zone.lame attention'],
  ],
  ['a server that refuses', { ns2: { [`${DOMAIN} NS`]: temperror('refused') } }, ['zone.lame attention']],
  ['a server that is silent', { ns2: null }, ['zone.lame unknown']],
  [
    'a server at a private address',
    { resolver: { 'ns2.example.org A': ['10.0.0.2'], 'ns2.example.org AAAA': ['fd00::2'] } },
    ['zone.lame attention'],
  ],
  ['a server that lies', { ns2: { [`${DOMAIN} MX`]: ['10 evil.example.org.'] } }, ['zone.answers attention']],
  [
    'a secondary that lags behind',
    { ns2: { [`${DOMAIN} SOA`]: [SOA.replace(' 7 ', ' 6 ')] } },
    ['zone.serials attention'],
  ],
  [
    'other servers at the registrar',
    { parent: { [`${DOMAIN} NS`]: referral(['old.example.org', 'ns1.example.net'], GLUE) } },
    ['zone.delegation attention differs'],
  ],
  [
    'an old address at the registrar',
    {
      parent: { [`${DOMAIN} NS`]: referral(['ns2.example.org', 'ns1.example.net'], { 'ns1.example.net': '9.9.9.9' }) },
    },
    ['zone.glue attention'],
  ],
  ['parents that are silent', { parent: null }, ['zone.delegation unknown same', 'zone.glue unknown']],
  ['a CNAME at the apex', { ns1: { [`${DOMAIN} CNAME`]: ['x.example.org.'] } }, ['zone.alias broken']],
  ['a wildcard', { ns1: { [`posthouse-no-such-name.${DOMAIN} TXT`]: ['v=spf1 -all'] } }, ['zone.wildcard info']],
])('tells %s', async (_what, given, expected) => {
  expect(await wrong(given)).toEqual(expected)
})

test('an old address beside the right one, and none at all, are told too', async () => {
  const names = ['ns2.example.org', 'ns1.example.net']
  const both: DnsAnswer = {
    ...{ status: 'referral', zone: DOMAIN, serverNames: names },
    glue: ['9.9.9.1', '9.9.9.99'].map((address) => ({ name: 'ns1.example.net', address })),
  }
  expect(await wrong({ parent: { [`${DOMAIN} NS`]: both } })).toEqual(['zone.glue attention'])
  expect(await wrong({ parent: { [`${DOMAIN} NS`]: referral(names) } })).toEqual(['zone.glue attention'])
})

test('a zone that its parent does not know is told, and a parent that holds both is fine', async () => {
  const soa = { zone: 'net', negativeTtlSeconds: 1 }
  const gone: DnsAnswer = { status: 'nxdomain', soa, isAuthentic: false }
  expect(await wrong({ parent: { [`${DOMAIN} NS`]: gone } })).toContain('zone.delegation attention gone')
  expect(await wrong({ parent: { [`${DOMAIN} NS`]: NS } })).toEqual([])
})

test('without IPv6 mail works all the same', async () => {
  const four: Said = {}
  for (const name of ['ns1.example.net', 'ns2.example.org', 'mx.example.org'])
    four[`${name} AAAA`] = { status: 'nodata', soa: null, isAuthentic: false }
  expect(await wrong({ resolver: four })).toEqual(['zone.ipv6 info'])
})

const DS = `${DOMAIN} DS`
const DNSKEY = { [`${DOMAIN} DNSKEY`]: ['257 3 13 AQID'] }
const signed = (ds: string, isAuthentic: boolean): Said => ({
  ...{ [DS]: [ds], [`${DOMAIN} SOA`]: soaOf(DOMAIN, [SOA], isAuthentic) },
})
/** A resolver that validates holds back a zone whose signatures are wrong, unless it is told not to check. */
const validating =
  (ask: Ask): Ask =>
  (server, name, type, mode) =>
    server.address === RESOLVER && mode === 'recursive' && name === DOMAIN
      ? Promise.resolve(temperror('servfail'))
      : ask(server, name, type, mode)

test.each<[string, Servers, string, ((ask: Ask) => Ask)?]>([
  ['signed and valid', { ns1: DNSKEY, resolver: signed('1 13 2 ab', true) }, 'ok signed'],
  ['trusted by its own key', { ns1: DNSKEY, resolver: { [`${DOMAIN} SOA`]: soaOf(DOMAIN, [SOA], true) } }, 'ok signed'],
  ['signed as nobody should any more', { ns1: DNSKEY, resolver: signed('1 5 2 ab', true) }, 'attention weak'],
  ['signed, and nothing above says so', { ns1: DNSKEY }, 'info unchained'],
  [
    'signed, through a resolver that does not check',
    { ns1: DNSKEY, resolver: signed('1 13 2 ab', false) },
    'unknown unvalidated',
  ],
  ['vouched for, without a key', { resolver: signed('1 13 2 ab', false) }, 'broken bogus'],
  ['bogus', { ns1: DNSKEY, resolver: signed('1 13 2 ab', false) }, 'broken bogus', validating],
])('DNSSEC: %s', async (_what, given, expected, wrap) => {
  expect((await run(given, {}, wrap)).lines).toContain(`zone.dnssec ${expected}`)
})

test('what stands in a bogus zone is seen all the same', async () => {
  const { lines } = await run({ ns1: DNSKEY }, {}, validating)
  expect(lines.map(withoutState)).toContain('zone.nameservers ok')
})

test('CAA is looked for above, and must let the authority of the policy issue', async () => {
  const policy = parseDnsPolicy({ caa: ['letsencrypt.org'] })
  const above = { 'example.net CAA': ['0 issue "letsencrypt.org; validationmethods=dns-01"'] }
  expect(await wrong({ ns1: above, ns2: above }, { policy })).toEqual(['zone.caa ok'])
  const other = { 'example.net CAA': ['0 issue "other.example"', '0 iodef "mailto:a@b.example"'] }
  const { results } = await run({ ns1: other, ns2: other }, { policy })
  expect(results.find(({ check }) => check === 'zone.caa')).toMatchObject({
    ...{ level: 'attention', expected: ['0 issue "letsencrypt.org"'] },
  })
  const inform = { 'example.net CAA': ['0 iodef "mailto:a@b.example"'] }
  expect(await wrong({ ns1: inform, ns2: inform }, { policy })).toEqual(['zone.caa ok'])
})

test('when nobody answers nothing is wrong', async () => {
  const { lines } = await runFamily(
    zoneFamily,
    systemWorld({
      dns: { ask: fakeAsk(DOMAIN, {}), resolvers: [{ address: RESOLVER, port: 53 }] },
      ...{ now: new Date(), trusted: [] },
    }),
    checkedDomain({ name: DOMAIN }),
  )
  expect(new Set(lines.map((line) => line.split(' ')[1]))).toEqual(new Set(['unknown']))
})

test('with 30 ms for each answer, all of it takes less than half a second', async () => {
  const slow =
    (ask: Ask): Ask =>
    async (...question) => {
      await sleep(30)
      return ask(...question)
    }
  const world = worldOf({}, slow)
  const facts = checkedDomain({ name: DOMAIN })
  const began = performance.now()
  await Promise.all([zoneFamily.run(world, facts), mxFamily.run(world, facts)])
  expect(performance.now() - began).toBeLessThan(500)
})
