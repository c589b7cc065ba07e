import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spfCost, spfRecords, type SpfCost } from '@/lib/spf/cost'
import { evaluateSpf } from '@/lib/spf/evaluate'
import { fakeDns, type FakeRecords } from '@/lib/spf/testing/fake-dns'

/** `name status look-ups`, a line a record, deeper ones indented. */
function lines(cost: SpfCost): string[] {
  return spfRecords(cost).map(
    ({ cost: one, above }) => `${'  '.repeat(above.length)}${one.domain} ${one.status} ${one.lookups}`,
  )
}

test('tells what each include costs, beyond the limit too', async () => {
  const eight = Array.from({ length: 8 }, (_, index) => `a:h${index}.test`).join(' ')
  const cost = await spfCost(
    fakeDns({
      'a.test TXT': ['v=spf1 a mx ip4:192.0.2.1 include:b.test include:c.test ~all include:after.test'],
      'a.test A': ['192.0.2.1'],
      'a.test MX': ['10 mx.a.test.'],
      'b.test TXT': [`v=spf1 ${eight} -all`],
      'c.test TXT': ['v=spf1 include:d.test redirect=e.test'],
      'd.test TXT': ['v=spf1 exists:%{i}.d.test exists:%{p}.d.test -all'],
      'e.test TXT': ['v=spf1 ptr ?all'],
      ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`h${index}.test AAAA`, ['2001:db8::1']] as const)),
    }),
    'a.test',
  )
  expect(lines(cost)).toEqual([
    'a.test record 18',
    '  b.test record 8',
    '  c.test record 6',
    '    d.test record 3',
    '    e.test record 1',
  ])
  expect(cost.terms.map(({ term, lookups }) => `${lookups} ${term.text}`)).toEqual([
    '1 a',
    '1 mx',
    '0 ip4:192.0.2.1',
    '9 include:b.test',
    '7 include:c.test',
    '0 ~all',
  ])
  // Hosts with an address of one family are not void.
  expect(cost.voidLookups).toBe(0)
})

test('counts void look-ups, and says where nobody answered', async () => {
  const cost = await spfCost(
    fakeDns({
      'a.test TXT': ['v=spf1 a:gone.test mx:gone.test a:silent.test include:b.test include:silent.test -all'],
      'b.test TXT': ['v=spf1 exists:gone.test exists:%{l}.gone.test -all'],
      'silent.test A': null,
      'silent.test TXT': null,
    }),
    'a.test',
  )
  expect(cost.voidLookups).toBe(3)
  expect(cost.terms.find(({ isUnknown }) => isUnknown)?.term.text).toBe('a:silent.test')
  expect(lines(cost)).toEqual(['a.test record 7', '  b.test record 2', '  silent.test unknown 0'])
})

test.each<[string, FakeRecords, string[]]>([
  ['no record', {}, ['a.test none 0']],
  ['two', { 'a.test TXT': ['v=spf1 a', 'v=spf1 mx'] }, ['a.test several 0']],
  ['an unreadable one', { 'a.test TXT': ['v=spf1 mx a:'] }, ['a.test invalid 0']],
  ['nobody to ask', { 'a.test TXT': null }, ['a.test unknown 0']],
  [
    'a loop',
    { 'a.test TXT': ['v=spf1 include:b.test'], 'b.test TXT': ['v=spf1 mx include:a.test'] },
    ['a.test record 3', '  b.test record 2', '    a.test loop 0'],
  ],
  [
    'names that the message decides, and those that it does not',
    { 'a.test TXT': ['v=spf1 include:%{l}.b.test include:c.%{d} -all'], 'c.a.test TXT': ['v=spf1 redirect=d.%{o}'] },
    ['a.test record 3', '  %{l}.b.test varies 0', '  c.a.test record 1', '    d.a.test none 0'],
  ],
])('%s', async (_, records, expected) => {
  expect(lines(await spfCost(fakeDns(records), 'a.test'))).toEqual(expected)
})

test('forty includes that each have forty are counted without being read', async () => {
  const includes = Array.from({ length: 40 }, (_, index) => `include:n${index}.%{d}`).join(' ')
  const records = new Proxy(
    {},
    { get: (_, question: string) => (question.endsWith(' TXT') ? [`v=spf1 ${includes}`] : undefined) },
  )
  const dns = fakeDns(records)
  const cost = await spfCost(dns, 'a.test')
  expect(cost.lookups).toBe(40 + 40 * 40)
  expect(dns.asked).toHaveLength(41)
})

test('a server that takes its time is not asked for ever', async () => {
  let now = 0
  const dns = fakeDns(new Proxy({}, { get: () => ['v=spf1 include:x.%{d}'] }))
  const slow = { ...dns, ask: (...question: Parameters<typeof dns.ask>) => ((now += 4_000), dns.ask(...question)) }
  const cost = await spfCost(slow, 'a.test', { clock: () => new Date(now) })
  expect(lines(cost).at(-1)).toMatch(/^ +x\.x\.x\.a\.test unknown 0$/)
})

test('a sender whom nothing lets pass costs what the census says', async () => {
  const names = ['b.test', 'c.test', 'd.test', 'e.test']
  const term = fc.oneof(
    fc.constantFrom(...names).map((name) => `include:${name}`),
    fc.constantFrom('a', 'mx', 'exists:x.test', 'ip4:198.51.100.1', 'redirect=e.test', '?all'),
  )
  const record = fc.uniqueArray(term, { maxLength: 4 }).map((terms) => ['v=spf1', ...terms].join(' '))
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 5, maxLength: 5 }), async (texts) => {
      const records = Object.fromEntries(
        ['a.test', ...names].map((name, index) => [`${name} TXT`, [texts[index] ?? '']] as const),
      )
      const cost = await spfCost(fakeDns(records), 'a.test')
      const sender = { address: '192.0.2.1', sender: 'x@a.test', helo: 'mx.test' }
      const limits = { lookups: Infinity, voidLookups: Infinity }
      const { problem, lookups, voidLookups } = await evaluateSpf(fakeDns(records), sender, { limits })
      fc.pre(problem === null && cost.lookups <= 20)
      expect([lookups, voidLookups]).toEqual([cost.lookups, cost.voidLookups])
    }),
    { numRuns: 300 },
  )
})
