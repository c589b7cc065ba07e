import fc from 'fast-check'
import { createTranslator } from 'next-intl'
import { describe, expect, test } from 'vitest'
import type { CheckResult, DomainFacts, NodeFacts } from '@/lib/checks/check'
import { SPF_CHECKS, spfFamily, spfHostFamily } from '@/lib/checks/spf'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'
import { parseDnsPolicy } from '@/lib/dns/policy'
import type { WantedRecord } from '@/lib/dns/wanted-records'
import { fakeDns, type FakeRecords } from '@/lib/spf/testing/fake-dns'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

/** Addresses that the Internet routes: what of others is wrong harms nobody. */
const US = ['9.9.9.1', '2620:fe::1']
const OURS = `v=spf1 ip4:${US[0] ?? ''} ip6:${US[1] ?? ''} ~all`

const NODE: NodeFacts = {
  id: '00000000-0000-7000-8000-000000000002',
  name: 'mx1',
  hostName: 'mx.example.test',
  roles: ['smtp'],
  publicAddresses: US,
  services: {},
  status: null,
}

function wanted(value: string): WantedRecord {
  const why = { key: 'spf', values: {} }
  const more = { dkimKeyId: null, need: 'required', why, isHeld: false } as const
  return { name: 'example.test', type: 'TXT', ttlSeconds: 300, value, purpose: 'spf', ...more }
}

const HOSTED = { nodes: [NODE], wanted: [wanted(OURS)] }

/** Names of sentences that a result does not fill: none, or a page would show a hole. */
function unfilled(results: readonly CheckResult[]): string[] {
  const holes: string[] = []
  for (const [locale, { checks }] of [
    ['en', en],
    ['fr', fr],
  ] as const) {
    const onError = ({ message }: Error) => holes.push(`${locale} ${message}`)
    const translate = createTranslator({ locale, messages: { checks }, onError })
    for (const { check: id, values } of results) {
      for (const part of ['title', 'consequence', 'next'])
        translate(`checks.${id}.${part}` as never, { name: 'example.test', ...values } as never)
    }
  }
  return holes
}

async function check(records: FakeRecords, facts: Partial<DomainFacts> = HOSTED) {
  const dns = fakeDns(records)
  const results = await spfFamily.run(fakeWorld({}, { dns }), checkedDomain(facts))
  expect(new Set(results.map((one) => one.check))).toEqual(new Set(Object.keys(SPF_CHECKS)))
  const of = (name: string) => results.filter((one) => one.check === name)
  const wrong = results.filter((one) => !['ok', 'none'].includes(one.level))
  expect(unfilled(wrong.filter((one) => one.level !== 'unknown'))).toEqual([])
  return { dns, of, levels: [...new Set(wrong.map((one) => `${one.check} ${one.level}`))].sort() }
}

const at = (...texts: string[]): FakeRecords => ({ 'example.test TXT': texts })
const net = 'ip4:9.9.9.0/24 ip6:2620:fe::/48'

describe('a record', () => {
  test.each<[string, FakeRecords, string[]]>([
    ['of ours', at('some-site-verification=1', OURS), []],
    ['of others that names our networks', at(`v=spf1 ${net} -all`), []],
    ['that is not there', {}, ['spf.missing broken']],
    ['with a typing error in its version', at('v=spf1; a -all'), ['spf.missing broken']],
    ['twice', at('v=spf1 mx -all', OURS), ['spf.several broken']],
    ['that cannot be read', at('v=spf1 ipv4:9.9.9.1 -all'), ['spf.syntax broken']],
    ['that is not ASCII', at('v=spf1 ip4:9.9.9.1 \xe9 -all'), ['spf.syntax broken']],
    ['without us', at('v=spf1 ip4:8.8.8.8 -all'), ['spf.own-addresses broken']],
    ['with one of our two addresses', at('v=spf1 ip4:9.9.9.1 -all'), ['spf.own-addresses broken']],
    ['by which anybody passes', at('v=spf1 +all'), ['spf.all broken']],
    ['by which half the Internet passes', at(`v=spf1 ${net} ip4:0.0.0.0/1 -all`), ['spf.all broken']],
    ['that says nothing of others', at(`v=spf1 ${net} ?all`), ['spf.all attention']],
    ['without an end', at(`v=spf1 ${net}`), ['spf.all attention']],
    ['with terms behind its end', at(`v=spf1 ${net} -all include:b.test`), ['spf.ignored attention']],
    ['with = for :', at(`v=spf1 ${net} include=b.test -all`), ['spf.ignored attention']],
    ['with ptr', at(`v=spf1 ${net} ptr -all`), ['spf.obsolete attention']],
    ['beside Sender ID', at(OURS, 'spf2.0/pra -all'), ['spf.obsolete attention']],
    ['that is long', at(`v=spf1 ${net} ${'ip4:192.0.2.1 '.repeat(40)}-all`), ['spf.length attention']],
    ['among many texts', at(OURS, 'x'.repeat(500), 'y'.repeat(700)), ['spf.length info']],
    [
      'that nobody tells',
      { 'example.test TXT': null },
      Object.keys(SPF_CHECKS)
        .map((name) => `${name} unknown`)
        .sort(),
    ],
  ])('%s', async (_, records, expected) => {
    expect((await check(records)).levels).toEqual(expected)
  })

  test.each([
    ['missing', at(), OURS],
    [
      'several',
      at('v=spf1 mx -all', 'v=spf1 include:b.test ~all'),
      `v=spf1 ${OURS.slice(7, -5)} mx include:b.test ~all`,
    ],
    ['syntax', at('v=spf1 ipv4:8.8.8.8 mx:: -all'), `v=spf1 ${OURS.slice(7, -5)} ip4:8.8.8.8 -all`],
    ['ignored', at('v=spf1 mx -all include:b.test'), `v=spf1 ${OURS.slice(7, -5)} mx include:b.test -all`],
    ['all', at('v=spf1 mx +all'), `v=spf1 ${OURS.slice(7, -5)} mx ~all`],
    ['own-addresses', at('v=spf1 ip4:9.9.9.1 mx -all'), 'v=spf1 ip6:2620:fe::1 ip4:9.9.9.1 mx -all'],
  ])('%s: the record to publish keeps what others need', async (name, records, expected) => {
    const [first] = (await check(records))
      .of(`spf.${name}`)
      .filter((one) => one.level === 'broken' || one.level === 'attention')
    expect(first?.expected).toEqual([expected])
  })

  test('a record that is long already keeps what others need', async () => {
    const others = 'ip4:192.0.2.1 '.repeat(40)
    const { of } = await check(at(`v=spf1 ip4:9.9.9.1 ${others}-all`))
    const [refused] = of('spf.own-addresses').filter((one) => one.level === 'broken')
    expect(refused?.expected).toEqual([`v=spf1 ip6:2620:fe::1 ip4:9.9.9.1 ${others}-all`])
  })

  test('each address is told by itself, with what decided', async () => {
    const { of } = await check({ ...at('v=spf1 include:b.test -all'), 'b.test TXT': ['v=spf1 ip4:9.9.9.1 ~all'] })
    expect(
      of('spf.own-addresses').map(({ subject, level, found, values }) => ({ subject, level, found, values })),
    ).toEqual([
      {
        subject: '9.9.9.1',
        level: 'ok',
        found: ['pass: example.test include:b.test'],
        values: { address: '9.9.9.1', domain: 'example.test', result: 'pass', reason: 'other' },
      },
      {
        subject: '2620:fe::1',
        level: 'broken',
        found: ['fail: example.test -all'],
        values: { address: '2620:fe::1', domain: 'example.test', result: 'fail', reason: 'other' },
      },
    ])
  })
})

describe('the tree of includes', () => {
  const mechanisms = (count: number) => Array.from({ length: count }, (_, index) => `exists:h${index}.test`).join(' ')
  const hosts = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`h${index}.test A`, ['192.0.2.9']] as const),
  )
  const b = (text: string): FakeRecords => ({
    ...at(`v=spf1 ${net} include:b.test -all`),
    'b.test TXT': [text],
    ...hosts,
  })

  test.each<[string, FakeRecords, string[]]>([
    ['seven look-ups', b(`v=spf1 ${mechanisms(6)} -all`), []],
    ['eight', b(`v=spf1 ${mechanisms(7)} -all`), ['spf.too-many-lookups attention']],
    ['ten', b(`v=spf1 ${mechanisms(9)} -all`), ['spf.too-many-lookups attention']],
    // Our addresses stand before what costs: their mail passes, that of others does not.
    ['eleven', b(`v=spf1 ${mechanisms(10)} -all`), ['spf.too-many-lookups broken']],
    [
      'one mx of eleven mail servers',
      { ...b('v=spf1 mx -all'), 'b.test MX': Array.from({ length: 11 }, (_, index) => `10 h${index}.test.`) },
      ['spf.too-many-lookups broken'],
    ],
    ['three void look-ups', b('v=spf1 a:x.test a:y.test mx:z.test -all'), ['spf.void-lookups attention']],
    ['a loop', b('v=spf1 include:example.test -all'), ['spf.loop broken']],
    ['an include without record', b('hello'), ['spf.broken-include broken']],
    ['an include that cannot be read', b('v=spf1 ip4:x -all'), ['spf.broken-include broken']],
    ['an include by which anybody passes', b('v=spf1 ip4:192.0.2.1 +all'), ['spf.all broken']],
    [
      'an include that nobody tells',
      { ...b(''), 'b.test TXT': null },
      ['broken-include', 'loop', 'too-many-lookups', 'void-lookups'].map((name) => `spf.${name} unknown`),
    ],
    [
      'a redirect that nobody tells',
      { ...at('v=spf1 redirect=b.test'), 'b.test TXT': null },
      ['all', 'broken-include', 'loop', 'own-addresses', 'too-many-lookups', 'void-lookups'].map(
        (name) => `spf.${name} unknown`,
      ),
    ],
    ['a redirect', { ...at('v=spf1 redirect=b.test'), 'b.test TXT': [OURS] }, []],
    [
      'a redirect that ends mildly',
      { ...at('v=spf1 redirect=b.test'), 'b.test TXT': [`v=spf1 ${net} ?all`] },
      ['spf.all attention'],
    ],
  ])('%s', async (_, records, expected) => {
    expect((await check(records)).levels).toEqual(expected)
  })

  test('what is known to be too much stays so while a part is silent', async () => {
    const records = { ...b(`v=spf1 ${mechanisms(11)} include:c.test -all`), 'c.test TXT': null }
    const { of } = await check(records)
    expect(of('spf.too-many-lookups')).toMatchObject([
      {
        level: 'broken',
        found: ['13 include:b.test'],
        values: { lookups: 13, limit: 10, state: 'over', term: '', servers: 0 },
      },
    ])
  })

  test('void look-ups alone never refuse our own mail', async () => {
    const { levels } = await check(at(`v=spf1 a:x.test a:y.test a:z.test ${net} -all`))
    expect(levels).toEqual(['spf.void-lookups attention'])
  })

  test('forty includes, a text of 4 kB and a wildcard end within their questions', async () => {
    const text = `v=spf1 ${Array.from({ length: 250 }, (_, index) => `include:n${index}.%{d}`).join(' ')}`
    const everything: Record<string, string[]> = { TXT: [text], A: ['192.0.2.9'], MX: ['10 x.test.'] }
    const records = new Proxy<FakeRecords>(
      {},
      { get: (_, question) => everything[String(question).split(' ').at(-1) ?? ''] },
    )
    const { dns, levels } = await check(records)
    expect(levels).toContain('spf.too-many-lookups broken')
    expect(dns.asked.length).toBeLessThan(150)
  })
})

describe('domains that are not ours to send for', () => {
  const parked = { policy: parseDnsPolicy({ isParked: true }), nodes: [NODE], wanted: [wanted('v=spf1 -all')] }

  test.each<[string, FakeRecords, Partial<DomainFacts>, string[]]>([
    ['parked and closed', at('v=spf1 -all'), parked, []],
    ['parked and without record', {}, parked, ['spf.parked attention']],
    ['parked with senders', at(OURS), parked, ['spf.parked attention']],
    ['a backup without record', {}, { kind: 'backup_mx', nodes: [NODE] }, []],
    ['a backup whose senders are others', at('v=spf1 ip4:8.8.8.8 -all'), { kind: 'backup_mx', nodes: [NODE] }, []],
    ['no mail server yet', {}, {}, []],
  ])('%s', async (_, records, facts, expected) => {
    expect((await check(records, facts)).levels).toEqual(expected)
  })

  test('addresses that nobody outside reaches are told, not complained of', async () => {
    const nodes = [{ ...NODE, publicAddresses: ['10.0.0.1'] }]
    expect((await check(at('v=spf1 -all'), { nodes, wanted: [wanted('v=spf1 ip4:10.0.0.1 ~all')] })).levels).toEqual([
      'spf.own-addresses info',
    ])
  })
})

describe('the name that a node says', () => {
  test.each<[string, FakeRecords, Partial<NodeFacts>, string]>([
    [
      'is let through',
      {
        'mx.example.test TXT': ['v=spf1 a -all'],
        'mx.example.test A': ['9.9.9.1'],
        'mx.example.test AAAA': ['2620:fe::1'],
      },
      {},
      'ok',
    ],
    ['has no record', {}, {}, 'attention'],
    ['refuses one of its addresses', { 'mx.example.test TXT': ['v=spf1 ip4:9.9.9.1 -all'] }, {}, 'broken'],
    ['doubts its addresses', { 'mx.example.test TXT': ['v=spf1 ~all'] }, {}, 'attention'],
    ['is told by nobody', { 'mx.example.test TXT': null }, {}, 'unknown'],
    [
      'depends on what nobody tells',
      { 'mx.example.test TXT': ['v=spf1 a -all'], 'mx.example.test A': null, 'mx.example.test AAAA': null },
      {},
      'unknown',
    ],
    ['is private', {}, { publicAddresses: ['127.0.0.1'] }, 'info'],
    ['never sends', {}, { roles: ['imap'] }, 'none'],
  ])('%s', async (_, records, facts, level) => {
    const world = fakeWorld({}, { dns: fakeDns(records) })
    const results = await spfHostFamily.run(world, { ...NODE, ...facts })
    expect(results.map((one) => [one.check, one.level])).toEqual([['spf.helo', level]])
    expect(unfilled(results.filter((one) => ['info', 'attention', 'broken'].includes(one.level)))).toEqual([])
  })
})

test('whatever stands there, each check has a result and what is broken says why', async () => {
  const word = fc.oneof(
    fc.constantFrom(
      '+all',
      '-all',
      'include:example.test',
      'include:b.test',
      'redirect=b.test',
      'a',
      'mx',
      'ptr',
      'ip4:9.9.9.1',
      'exp=%',
      'a/0',
    ),
    fc.string({ maxLength: 6 }),
  )
  const text = fc.array(word, { maxLength: 8 }).map((words) => ['v=spf1', ...words].join(' '))
  const texts = fc.option(fc.array(fc.oneof(text, fc.string()), { maxLength: 3 }), { freq: 5 })
  await fc.assert(
    fc.asyncProperty(texts, texts, fc.boolean(), async (own, other, isParked) => {
      const records = { 'example.test TXT': own, 'b.test TXT': other }
      const { of } = await check(records, { ...HOSTED, policy: parseDnsPolicy({ isParked }) })
      const broken = Object.keys(SPF_CHECKS)
        .flatMap(of)
        .filter((one) => one.level === 'broken')
      expect(broken.filter((one) => one.found.length === 0 && one.expected.length === 0)).toEqual([])
    }),
    { numRuns: 300 },
  )
})
