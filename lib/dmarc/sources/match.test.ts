import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSourceMatch, sourceNamer, type NamedSource } from '@/lib/dmarc/sources/match'
import { nameSourceSchema } from '@/lib/dmarc/sources/schema'

test.each<[string, string | null]>([
  ['192.0.2.7', 'address 192.0.2.7'],
  [' 2001:DB8:0::7 ', 'address 2001:db8::7'],
  ['192.0.2.7/32', 'address 192.0.2.7'],
  ['192.0.2.77/24', 'network 192.0.2.0/24'],
  ['10.255.255.255/9', 'network 10.128.0.0/9'],
  ['2001:db8:ffff:ffff::1/33', 'network 2001:db8:8000::/33'],
  ['News.Example.NET.', 'domain news.example.net'],
  ['*.example.net', 'domain example.net'],
  ['0.0.0.0/0', null],
  ['192.0.0.0/7', null],
  ['2001::/15', null],
  ['192.0.2.0/33', null],
  ['192.0.2.0/', null],
  ['192.0.2.0/24/8', null],
  ['192.0.2', null],
  ['256.0.0.1', null],
  ['localhost', null],
  ['two words.example', null],
  ['', null],
])('%s', (typed, expected) => {
  const match = parseSourceMatch(typed)
  expect(match && `${match.kind} ${match.text}`).toBe(expected)
})

const named = (match: string, isOurs = true): NamedSource => ({ match, name: match, isOurs })
const NAMES = [
  named('192.0.2.0/24'),
  named('192.0.2.128/25'),
  named('192.0.2.200'),
  named('2001:db8::/32'),
  named('example.net'),
  named('mail.example.net'),
  named('news.test'),
]

test.each<[string, string, string | null, string[], string | null]>([
  ['its address', '192.0.2.200', 'mail.example.net', [], '192.0.2.200 place'],
  ['the smallest network', '192.0.2.130', 'mail.example.net', [], '192.0.2.128/25 place'],
  ['a wider network', '192.0.2.1', null, ['news.test'], '192.0.2.0/24 place'],
  ['a network of IPv6', '2001:db8:1::5', null, [], '2001:db8::/32 place'],
  ['the longest domain', '198.51.100.1', 'a.mail.example.net', [], 'mail.example.net place'],
  ['a domain that vouches', '198.51.100.1', null, ['em.news.test'], 'news.test content'],
  ['the host before a domain as long', '198.51.100.1', 'x.example.net', ['news.test'], 'example.net place'],
  [
    'the longer domain before the host',
    '198.51.100.1',
    'example.net',
    ['mail.example.net'],
    'mail.example.net content',
  ],
  ['nothing by the end of a label', '198.51.100.1', 'notexample.net', [], null],
])('is named by %s', (_what, ip, hostName, domains, expected) => {
  const found = sourceNamer(NAMES)({ ip, hostName, domains })
  expect(found && `${found.named.match} ${found.by}`).toBe(expected)
})

test('the order of the names changes nothing', () => {
  const senders = fc.record({
    ip: fc.constantFrom('192.0.2.1', '192.0.2.130', '192.0.2.200', '198.51.100.1', '2001:db8::9'),
    hostName: fc.constantFrom(null, 'mail.example.net', 'x.example.net', 'other.test'),
    domains: fc.subarray(['news.test', 'example.net', 'a.mail.example.net']),
  })
  fc.assert(
    fc.property(senders, fc.shuffledSubarray(NAMES, { minLength: NAMES.length }), (sender, shuffled) => {
      expect(sourceNamer(shuffled)(sender)).toEqual(sourceNamer(NAMES)(sender))
    }),
  )
})

test.each([
  ['', 'Newsletter', 'yes', 'report.match'],
  ['example.org', 'Newsletter', 'yes', 'report.matchWide'],
  ['org', 'Newsletter', 'yes', 'report.match'],
  ['co.uk', 'Newsletter', 'yes', 'report.matchWide'],
  ['news.test', '  ', 'yes', 'report.sourceName'],
  ['news.test', 'a\u202eb', 'yes', 'report.sourceName'],
  ['news.test', 'a\nb', 'no', 'report.sourceName'],
  ['news.test', 'x'.repeat(81), 'no', 'field.long'],
  ['news.test', 'Newsletter', 'perhaps', 'report.isOurs'],
])('refuses to name %j %j as %s', (match, name, isOurs, message) => {
  const result = nameSourceSchema.safeParse({ domain: 'example.org', match, name, isOurs })
  expect(result.error?.issues.map((issue) => issue.message)).toEqual([message])
})

test('takes what is a subdomain of the domain, in canonical form', () => {
  const input = { domain: 'example.org', match: 'NEWS.example.org', name: ' Our newsletter ', isOurs: 'yes' }
  expect(nameSourceSchema.parse(input)).toEqual({
    ...{ domain: 'example.org', match: 'news.example.org', name: 'Our newsletter', isOurs: true },
  })
})
