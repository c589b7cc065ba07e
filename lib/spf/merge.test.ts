import { expect, test } from 'vitest'
import { formatSpfRecord, mergeSpf } from '@/lib/spf/merge'

test('a record of ours names each address and costs no look-up', () => {
  expect(formatSpfRecord(['192.0.2.1', '2001:db8::1'])).toBe('v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 ~all')
})

test.each([
  ['v=spf1 include:_spf.other.test -all', 'v=spf1 ip4:192.0.2.1 include:_spf.other.test -all'],
  ['v=spf1 redirect=_spf.other.test', 'v=spf1 ip4:192.0.2.1 redirect=_spf.other.test'],
  ['v=spf1', 'v=spf1 ip4:192.0.2.1'],
  ['v=spf1 ?ip4:192.0.2.1 exp=why.test ~all', 'v=spf1 ip4:192.0.2.1 ?ip4:192.0.2.1 exp=why.test ~all'],
  ['v=spf1 a/24 MX:%{d} -all', 'v=spf1 ip4:192.0.2.1 a/24 MX:%{d} -all'],
])('adds us to %s and keeps every other term as it was written', (live, expected) => {
  const merge = mergeSpf(live, ['192.0.2.1'])
  expect(merge).toEqual({ kind: 'merged', text: expected })
  expect(mergeSpf(expected, ['192.0.2.1'])).toEqual({ kind: 'unchanged' })
})

test.each(['v=spf1 ip4:192.0.2.0/24 -all', 'v=spf1 +ip4:192.0.2.1 -all', 'v=spf1 +all', 'v=spf1 a all'])(
  'leaves %s, which lets us pass',
  (live) => {
    expect(mergeSpf(live, ['192.0.2.1'])).toEqual({ kind: 'unchanged' })
  },
)

test('an address that was ours goes, those of others stay', () => {
  expect(mergeSpf('v=spf1 ip4:192.0.2.1 ip4:198.51.100.7 -all', ['192.0.2.2'], ['192.0.2.1'])).toEqual({
    kind: 'merged',
    text: 'v=spf1 ip4:192.0.2.2 ip4:198.51.100.7 -all',
  })
})

test('what verifiers call permerror is left to its owner', () => {
  expect(mergeSpf('v=spf1 ipv4:192.0.2.1 -all', ['192.0.2.1'])).toEqual({ kind: 'refused', reason: 'invalid' })
  expect(mergeSpf(`v=spf1 ${'include:a.test '.repeat(32)}-all`, ['192.0.2.1'])).toEqual({
    kind: 'refused',
    reason: 'too-long',
  })
})
