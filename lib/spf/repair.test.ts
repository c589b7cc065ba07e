import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSpfRecord } from '@/lib/spf/record'
import { isOpenTerm, repairSpf } from '@/lib/spf/repair'

test.each([
  [
    ['v=spf1 ipv4:192.0.2.1 ip:2001:db8::1 include=_spf.b.test -all'],
    'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 include:_spf.b.test -all',
  ],
  [['v=spf1 mx what:ever  a: ~all'], 'v=spf1 mx ~all'],
  [['v=spf1 -all include:b.test'], 'v=spf1 include:b.test -all'],
  [['v=spf1 ip4:192.0.2.1 +all'], 'v=spf1 ip4:192.0.2.1 ~all'],
  [['v=spf1 ip4:0.0.0.0/0 ip6:::/0 mx ?all'], 'v=spf1 mx ~all'],
  [['v=spf1 redirect=b.test'], 'v=spf1 redirect=b.test'],
  [['v=spf1 redirect=b.test -all'], 'v=spf1 -all'],
  [['v=spf1 a mx -all', 'v=spf1 MX include:b.test ~all exp=why.test'], 'v=spf1 a mx include:b.test ~all exp=why.test'],
  [['v=spf1 a', 'v=spf1 redirect=b.test'], 'v=spf1 a include:b.test ~all'],
])('%j becomes %s', (texts, expected) => {
  expect(repairSpf(texts, '~')).toBe(expected)
})

test('what comes out is always one valid record that lets not everybody send', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '+all',
      'ip4:0.0.0.0/1',
      'redirect=a.test',
      'exp=%',
      'a=x.test',
      'ip4=::1',
      'mx',
      '-all',
      'a/0',
      '\xe9',
    ),
    fc.string({ maxLength: 8 }),
  )
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 3 }), (records) => {
      const text = repairSpf(
        records.map((words) => ['v=spf1', ...words].join(' ')),
        '-',
      )
      const terms = parseSpfRecord(text)
      expect(terms).not.toBeNull()
      expect(terms?.some(isOpenTerm)).toBe(false)
    }),
  )
})
