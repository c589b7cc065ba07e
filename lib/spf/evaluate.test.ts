import fc from 'fast-check'
import { spf as mailauthSpf } from 'mailauth/lib/spf/index.js'
import { describe, expect, test } from 'vitest'
import { evaluateSpf } from '@/lib/spf/evaluate'
import { fakeDns, type FakeRecords } from '@/lib/spf/testing/fake-dns'

const SENDER = { address: '192.0.2.1', sender: 'someone@a.test', helo: 'mx.a.test' }

function judge(records: FakeRecords, sender: Partial<typeof SENDER> = {}) {
  return evaluateSpf(fakeDns(records), { ...SENDER, ...sender })
}

describe('which record counts (RFC 7208 §4.3 to §4.6)', () => {
  test.each([
    ['no text at all', [], 'none'],
    ['texts of others', ['v=spf10 -all', 'spf1', 'some-service=1'], 'none'],
    ['one among texts of others', ['v=spf1 -all', 'some-service=1'], 'fail'],
    ['an empty one', ['v=spf1'], 'neutral'],
    ['capitals', ['V=SPF1 +ALL'], 'pass'],
    ['two', ['v=spf1 -all', 'v=spf1 +all'], 'permerror'],
    ['a typing error after what matches', ['v=spf1 +all ipv4:192.0.2.1'], 'permerror'],
    ['other than ASCII', ['v=spf1 ip4:192.0.2.1 \xe9'], 'permerror'],
    ['a tab for a space', ['v=spf1 ip4:192.0.2.1\t-all'], 'permerror'],
    ['many spaces', ['v=spf1    -all   '], 'fail'],
    ['redirect twice', ['v=spf1 redirect=b.test redirect=b.test'], 'permerror'],
    ['a modifier nobody knows', ['v=spf1 later=%{d}x ip4:192.0.2.1'], 'pass'],
  ])('%s', async (_, texts, result) => {
    expect((await judge({ 'a.test TXT': texts })).result).toBe(result)
  })

  test.each(['someone@single', 'someone@a..test', `someone@${'x'.repeat(64)}.test`])('%s has none', async (sender) => {
    expect((await judge({}, { sender })).result).toBe('none')
  })

  test('the HELO name stands in for a null sender', async () => {
    expect((await judge({ 'mx.a.test TXT': ['v=spf1 +all'] }, { sender: '' })).result).toBe('pass')
  })

  test('texts read elsewhere take the place of the question', async () => {
    const dns = fakeDns({ 'a.test TXT': ['v=spf1 -all'] })
    expect((await evaluateSpf(dns, SENDER, { texts: ['v=spf1 +all'] })).result).toBe('pass')
    expect(dns.asked).toEqual([])
  })
})

describe('mechanisms (RFC 7208 §5)', () => {
  const records = {
    'a.test A': ['198.51.100.9', '192.0.2.1'],
    'a.test AAAA': ['2001:db8::1'],
    'a.test MX': ['10 mx.a.test.', '20 .'],
    'mx.a.test A': ['192.0.2.1'],
    'near.test A': ['192.0.2.200'],
    '1.2.0.192.in-addr.arpa PTR': ['liar.test.', 'mx.a.test.'],
    'liar.test A': ['203.0.113.9'],
    'silent.test A': null,
    'yes.test TXT': ['v=spf1 ip4:192.0.2.1 -all'],
    'no.test TXT': ['v=spf1 -all'],
    'text.test TXT': ['hello'],
    'silent.test TXT': null,
    'someone.1.2.0.192.in-addr.a.test A': ['127.0.0.2'],
    'mx.a.test.list.test A': ['127.0.0.2'],
  }
  test.each([
    ['ip4:192.0.2.1', 'pass'],
    ['ip4:192.0.2.0/24', 'pass'],
    ['ip4:192.0.3.0/23', 'pass'],
    ['ip4:192.0.3.0/24', 'neutral'],
    ['ip4:0.0.0.0/0', 'pass'],
    ['ip4:192.0.2.1/33', 'permerror'],
    ['ip4:192.0.2.1/024', 'permerror'],
    ['ip4:192.0.2.01', 'permerror'],
    ['ip6:::/0', 'neutral'],
    ['ip6:192.0.2.1', 'permerror'],
    ['a', 'pass'],
    ['?a', 'neutral'],
    ['-a:a.test', 'fail'],
    ['a:near.test', 'neutral'],
    ['a:near.test/24', 'pass'],
    ['a:near.test/24//64', 'pass'],
    ['a:silent.test', 'temperror'],
    ['mx', 'pass'],
    ['mx:near.test', 'neutral'],
    ['ptr', 'pass'],
    ['ptr:b.test', 'neutral'],
    ['exists:near.test', 'pass'],
    ['exists:%{l}.%{ir}.%{v}.%{d}', 'pass'],
    ['exists:%{p}.list.test', 'pass'],
    ['exists', 'permerror'],
    ['include:yes.test', 'pass'],
    ['-include:yes.test', 'fail'],
    ['include:no.test ~all', 'softfail'],
    ['include:text.test', 'permerror'],
    ['include:silent.test', 'temperror'],
    ['include:%{l}', 'permerror'],
    ['redirect=yes.test', 'pass'],
    ['redirect=no.test', 'fail'],
    ['redirect=text.test', 'permerror'],
    ['redirect=no.test ?all', 'neutral'],
    ['exp=nowhere.test -all', 'fail'],
    ['a:%{a}.test', 'permerror'],
    ['a:50%.test', 'permerror'],
    ['a:top', 'permerror'],
  ])('v=spf1 %s gives %s', async (terms, result) => {
    expect((await judge({ ...records, 'a.test TXT': [`v=spf1 ${terms}`] })).result).toBe(result)
  })

  test.each([
    ['2001:db8::1', 'a', 'pass'],
    ['2001:db8::2', 'a', 'neutral'],
    ['2001:db8::2', 'a//126', 'pass'],
    ['2001:db8::2', 'a/0', 'neutral'],
    ['2001:db8:ff::1', 'ip6:2001:db8::/32', 'pass'],
    ['::ffff:192.0.2.1', 'ip4:192.0.2.1', 'pass'],
    ['::ffff:192.0.2.1', 'ip6:::/0', 'neutral'],
  ])('%s by %s: %s', async (address, terms, result) => {
    expect((await judge({ ...records, 'a.test TXT': [`v=spf1 ${terms}`] }, { address })).result).toBe(result)
  })
})

describe('limits (RFC 7208 §4.6.4)', () => {
  const chain = (length: number): FakeRecords => {
    const names = ['a.test', ...Array.from({ length }, (_, index) => `n${index}.test`)]
    const say = (next: string | undefined) => [`v=spf1 ${next === undefined ? '+all' : `include:${next}`}`]
    return Object.fromEntries(names.map((name, index) => [`${name} TXT`, say(names[index + 1])] as const))
  }

  test.each([
    [10, 'pass', null],
    [11, 'permerror', 'too-many-lookups'],
    [40, 'permerror', 'too-many-lookups'],
  ])('%i includes one below the other', async (length, result, reason) => {
    const done = await judge(chain(length))
    expect([done.result, done.problem?.reason ?? null]).toEqual([result, reason])
  })

  test('forty includes side by side cost eleven questions', async () => {
    const includes = Array.from({ length: 40 }, (_, index) => `include:n${index}.test`).join(' ')
    const none: FakeRecords = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`n${index}.test TXT`, ['v=spf1 -all']] as const),
    )
    const dns = fakeDns({ 'a.test TXT': [`v=spf1 ${includes}`], ...none })
    expect((await evaluateSpf(dns, SENDER)).problem?.reason).toBe('too-many-lookups')
    expect(dns.asked).toHaveLength(11)
  })

  test('a loop is named by its way', async () => {
    const { result, problem } = await judge({
      'a.test TXT': ['v=spf1 include:b.test'],
      'b.test TXT': ['v=spf1 redirect=a.test'],
    })
    expect(result).toBe('permerror')
    expect(problem).toEqual({ reason: 'loop', domain: 'b.test', detail: 'a.test → b.test → a.test' })
  })

  test('the third void look-up is one too many, unless the limit is lifted', async () => {
    const records = { 'a.test TXT': ['v=spf1 a:x.test mx:y.test exists:z.test ip4:192.0.2.1'] }
    expect((await judge(records)).problem).toEqual({
      reason: 'too-many-voids',
      domain: 'a.test',
      detail: 'exists:z.test',
    })
    const lenient = await evaluateSpf(fakeDns(records), SENDER, { limits: { voidLookups: Infinity } })
    expect([lenient.result, lenient.voidLookups]).toEqual(['pass', 3])
  })

  test('eleven mail servers of one mx are too many, eleven names of an address are not', async () => {
    const hosts = Array.from({ length: 11 }, (_, index) => `10 h${index}.test.`)
    expect((await judge({ 'a.test TXT': ['v=spf1 mx'], 'a.test MX': hosts })).problem?.reason).toBe('too-many-names')
    const names = hosts.map((value) => value.slice(3))
    const dns = fakeDns({ 'a.test TXT': ['v=spf1 ptr'], '1.2.0.192.in-addr.arpa PTR': names })
    expect((await evaluateSpf(dns, SENDER)).result).toBe('neutral')
    expect(dns.asked).toHaveLength(12)
  })

  test('a server that takes its time is not waited for without end', async () => {
    let now = 0
    const dns = fakeDns(chain(9))
    const slow = { ...dns, ask: (...question: Parameters<typeof dns.ask>) => ((now += 9_000), dns.ask(...question)) }
    const { result, problem } = await evaluateSpf(slow, SENDER, { clock: () => new Date(now) })
    expect([result, problem?.reason]).toEqual(['temperror', 'time'])
    expect(dns.asked).toHaveLength(3)
  })
})

test('the trace tells each term, its cost and what decided', async () => {
  const done = await judge({
    'a.test TXT': ['v=spf1 a:gone.test include:b.test -all'],
    'b.test TXT': ['v=spf1 mx ip4:192.0.2.1 a:never.test'],
    'b.test MX': ['10 mx.b.test.'],
  })
  expect(done).toEqual({
    result: 'pass',
    problem: null,
    matched: { domain: 'a.test', term: 'include:b.test' },
    lookups: 3,
    voidLookups: 1,
    trace: {
      domain: 'a.test',
      record: 'v=spf1 a:gone.test include:b.test -all',
      steps: [
        { term: 'a:gone.test', target: 'gone.test', outcome: 'no-match', lookups: 1, isVoid: true, below: null },
        {
          term: 'include:b.test',
          target: 'b.test',
          outcome: 'match',
          lookups: 2,
          isVoid: false,
          below: {
            domain: 'b.test',
            record: 'v=spf1 mx ip4:192.0.2.1 a:never.test',
            steps: [
              { term: 'mx', target: 'b.test', outcome: 'no-match', lookups: 1, isVoid: false, below: null },
              { term: 'ip4:192.0.2.1', target: '', outcome: 'match', lookups: 0, isVoid: false, below: null },
            ],
          },
        },
      ],
    },
  })
})

test('macros are cut, turned round, escaped and shortened (RFC 7208 §7)', async () => {
  const asked = async (spec: string, sender = 'strong-bad@email.example.com') => {
    const dns = fakeDns({ 'email.example.com TXT': [`v=spf1 exists:${spec}`] })
    await evaluateSpf(dns, { address: '192.0.2.3', sender, helo: 'mx.example.org' })
    return dns.asked.at(-1)?.split(' A')[0]
  }
  // The examples of RFC 7208 §7.4.
  expect(await asked('%{ir}.%{v}._spf.%{d2}')).toBe('3.2.0.192.in-addr._spf.example.com')
  expect(await asked('%{lr-}.lp._spf.%{d2}')).toBe('bad.strong.lp._spf.example.com')
  expect(await asked('%{lr-}.lp.%{ir}.%{v}._spf.%{d2}')).toBe('bad.strong.lp.3.2.0.192.in-addr._spf.example.com')
  expect(await asked('%{d4}.%{o1}.%{h}')).toBe('email.example.com.com.mx.example.org')
  expect(await asked('%%%_%-.%{L}.x.test', 'a/b@email.example.com')).toBe('% %20.a%2fb.x.test')
  const long = await asked(`${'%{d}.'.repeat(20)}end.test`)
  expect(long?.length).toBeLessThanOrEqual(253)
  expect(long).toMatch(/^(?:email\.)?(?:example\.)?com\..*end\.test$/)
})

const NAMES = ['a.test', 'b.test', 'c.test', 'mx.a.test']
const name = fc.constantFrom(...NAMES, ...NAMES, 'gone.test', '%{d}', 'x.%{d}', '%{o}', 'b.%{d1}')
const address = fc.constantFrom('192.0.2.1', '192.0.2.77', '198.51.100.4', '2001:db8::1')
const plainTerm = fc.constantFrom(
  ...['all', 'a', 'mx', 'ptr', 'a/24', 'mx//64', 'a/30//126', 'ip4:192.0.2.1', 'ip4:192.0.2.0/26', 'ip6:2001:db8::/32'],
)
const namingTerm = fc
  .tuple(fc.constantFrom('include:', 'include:', 'a:', 'mx:', 'exists:', 'ptr:'), name)
  .map((parts) => parts.join(''))
const directive = fc
  .tuple(fc.constantFrom('', '-', '~', '?'), fc.oneof(plainTerm, namingTerm))
  .map((parts) => parts.join(''))
const modifier = fc.oneof(
  name.map((text) => `redirect=${text}`),
  fc.constantFrom('exp=b.test', 'other=%{s}', 'bogus'),
)
const record = fc
  .tuple(
    fc.array(directive, { maxLength: 6 }),
    fc.option(modifier, { freq: 3 }).map((text) => (text === null ? [] : [text])),
  )
  .map((parts) => ['v=spf1', ...parts.flat()].join(' '))
const ipv4 = fc.constantFrom('192.0.2.1', '192.0.2.1', '192.0.2.77', '198.51.100.4')
const host = fc.constantFrom(...NAMES).map((text) => `${text}.`)
const exchange = fc.tuple(fc.constantFrom(10, 20), host).map((parts) => parts.join(' '))
const zone = fc
  .record({
    texts: fc.array(record, { minLength: 4, maxLength: 4 }),
    addresses: fc.array(fc.option(fc.array(ipv4, { maxLength: 2 }), { freq: 12 }), { minLength: 4, maxLength: 4 }),
    more: fc.dictionary(
      fc.constantFrom(...NAMES),
      fc.record({ AAAA: fc.constant(['2001:db8::1']), MX: fc.array(exchange, { maxLength: 3 }) }),
    ),
    names: fc.array(host, { maxLength: 3 }),
  })
  .map(({ texts, addresses, more, names }) => {
    const records: Record<string, readonly string[] | null> = { '1.2.0.192.in-addr.arpa PTR': names }
    NAMES.forEach((text, index) => {
      records[`${text} TXT`] = [texts[index] ?? '']
      records[`${text} A`] = addresses[index] ?? null
      for (const [type, values] of Object.entries(more[text] ?? {})) records[`${text} ${type}`] = values
    })
    return records
  })

/** The same DNS as mailauth wants it. */
function mailauthDns(records: FakeRecords) {
  return (name: string, type: string): Promise<string[] | string[][]> => {
    const values = records[`${name.toLowerCase().replace(/\.$/, '')} ${type}`]
    const failure = (code: string) => Promise.reject(Object.assign(new Error(code), { code }))
    if (values === null) return failure('ETIMEOUT')
    if (values === undefined || values.length === 0) return failure('ENODATA')
    if (type === 'TXT') return Promise.resolve(values.map((value) => [value]))
    if (type !== 'MX') return Promise.resolve(values.map((value) => value.replace(/\.$/, '')))
    const exchanges = values.map((value) => ({ priority: 10, exchange: value.split(' ')[1] ?? '' }))
    return Promise.resolve(exchanges as unknown as string[])
  }
}

test('agrees with mailauth in strict mode on any zone', async () => {
  await fc.assert(
    fc.asyncProperty(zone, address, async (records, from) => {
      const sender = { address: from, sender: 'someone@a.test', helo: 'mx.a.test' }
      const ours = await evaluateSpf(fakeDns(records), sender)
      const theirs = await mailauthSpf({
        ...sender,
        ip: from,
        mta: 'mx.b.test',
        strict: true,
        resolver: mailauthDns(records),
      })
      expect(ours.result).toBe(theirs.status.result)
    }),
    { numRuns: 300 },
  )
})

test('ends within its questions and never rejects, whatever a record holds', async () => {
  const octets = fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 4_096, size: 'max' })
    .map((codes) => `v=spf1 ${String.fromCharCode(...codes)}`)
  const pieces = fc.constantFrom(...'% { } %{ p d r : / // a mx include = - 1 . exists test'.split(' '), ' ')
  const shuffled = fc.array(pieces, { maxLength: 400, size: 'max' }).map((parts) => `v=spf1 ${parts.join('')}`)
  await fc.assert(
    fc.asyncProperty(fc.oneof(octets, shuffled, record), fc.boolean(), async (text, isAnywhere) => {
      // With a wildcard every name has the same record, address, mail server and name.
      const everything: Record<string, string[]> = {
        TXT: [text],
        A: ['192.0.2.9'],
        MX: ['10 b.test.'],
        PTR: ['b.test.'],
      }
      const records = isAnywhere
        ? new Proxy({}, { get: (_, question: string) => everything[question.split(' ').at(-1) ?? ''] })
        : { 'a.test TXT': [text] }
      const dns = fakeDns(records)
      await evaluateSpf(dns, SENDER)
      expect(dns.asked.length).toBeLessThanOrEqual(1 + 10 * 11)
    }),
    { numRuns: 300 },
  )
})
