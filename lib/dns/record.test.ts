import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalAddress, canonicalValue, isInside, parseRecordName, type RecordType } from '@/lib/dns/record'

test.each<[RecordType, string, string]>([
  ['A', ' 192.0.2.1 ', '192.0.2.1'],
  ['AAAA', '2001:DB8:0:0::1', '2001:db8::1'],
  ['AAAA', '::ffff:192.0.2.1', '::ffff:c000:201'],
  ['CNAME', 'Mail.Example.ORG', 'mail.example.org.'],
  ['MX', '10  MX1.example.org', '10 mx1.example.org.'],
  ['MX', '0 .', '0 .'],
  ['SRV', '0 1 5060 sip.example.org.', '0 1 5060 sip.example.org.'],
  ['SRV', '0 0 0 .', '0 0 0 .'],
  ['CAA', '0 ISSUE letsencrypt.org', '0 issue "letsencrypt.org"'],
  ['CAA', '128 issue ";"', '128 issue ";"'],
  ['TLSA', `3 1 1  ${'AB'.repeat(16)} ${'cd'.repeat(16)}`, `3 1 1 ${'ab'.repeat(16)}${'cd'.repeat(16)}`],
  ['TLSA', '3 0 0 00FF', '3 0 0 00ff'],
  ['TXT', '"v=spf1 " "-all"', 'v=spf1 -all'],
  ['TXT', 'v=spf1 -all', 'v=spf1 -all'],
  ['TXT', String.raw`"a\"b\\c\059"`, 'a"b\\c;'],
])('reads %s %s in its one form', (type, text, canonical) => {
  expect(canonicalValue(type, text)).toBe(canonical)
  expect(canonicalValue(type, canonical)).toBe(canonical)
})

test.each<[RecordType, string]>([
  ['A', '192.0.2.256'],
  ['A', '2001:db8::1'],
  ['AAAA', '192.0.2.1'],
  ['AAAA', 'fe80::1%eth0'],
  ['CNAME', '.'],
  ['CNAME', '*.example.org'],
  ['CNAME', 'a..b'],
  ['MX', 'mx.example.org'],
  ['MX', '70000 mx.example.org'],
  ['MX', '10 mx.example.org\nevil 60 IN A 192.0.2.1'],
  ['SRV', '0 0 5060'],
  ['CAA', '256 issue "x"'],
  ['CAA', '0 issue "a"b"'],
  ['TLSA', `3 1 1 ${'ab'.repeat(31)}`],
  ['TLSA', `3 1 1 ${'xy'.repeat(32)}`],
  ['TLSA', '3 1 0'],
  ['TLSA', `300 1 1 ${'ab'.repeat(32)}`],
  ['TXT', '"open'],
  ['TXT', String.raw`"\300"`],
  ['TXT', 'é€'],
  ['TXT', 'x'.repeat(4097)],
])('refuses %s %s', (type, text) => {
  expect(canonicalValue(type, text)).toBeNull()
})

test('names are lower case without final dot, with underscore and a leading star at most', () => {
  expect(parseRecordName('_DMARC.Example.org.')).toBe('_dmarc.example.org')
  expect(parseRecordName('*.example.org')).toBe('*.example.org')
  for (const wrong of ['', '.', 'a b', 'a\nb', 'a.*.b', '-a.org', `${'a'.repeat(64)}.org`, 'é.org', 'a;b']) {
    expect(parseRecordName(wrong)).toBeNull()
  }
})

test('a name is inside its own domain and not inside one that merely ends alike', () => {
  expect(isInside('mail.example.org', 'example.org')).toBe(true)
  expect(isInside('notexample.org', 'example.org')).toBe(false)
})

test('what counts as an address is what sockets take, less zone ids', () => {
  const near = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{1,20}$/), fc.string())
  fc.assert(
    fc.property(near, (text) => {
      expect(canonicalAddress(text) !== null).toBe(isIP(text) !== 0 && !text.includes('%'))
    }),
    { numRuns: 5000 },
  )
})
