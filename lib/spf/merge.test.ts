import { expect, test } from 'vitest'
import { authorisesNobody, closeSpf, formatSpfRecord, mergeSpf, spfAddresses } from '@/lib/spf/merge'

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

test('a record says how strictly it ends, and without addresses that nobody sends', () => {
  expect(formatSpfRecord(['192.0.2.1'], '-')).toBe('v=spf1 ip4:192.0.2.1 -all')
  expect(formatSpfRecord([], '-')).toBe('v=spf1 -all')
})

test('a record that lets nobody send is opened for us alone', () => {
  expect(mergeSpf('v=spf1 -all', ['192.0.2.1'])).toEqual({ kind: 'merged', text: 'v=spf1 ip4:192.0.2.1 -all' })
})

test('what is added costs no look-up, whatever stands there', () => {
  const merge = mergeSpf('v=spf1 mx a include:x.test -all', ['192.0.2.1', '2001:db8::1'])
  expect(merge).toEqual({ kind: 'merged', text: 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 mx a include:x.test -all' })
})

test.each([
  ['v=spf1 -all', true],
  ['v=spf1 -include:x.test -all +mx', true],
  ['v=spf1 exp=why.test -all', true],
  ['v=spf1 ~all', false],
  ['v=spf1', false],
  ['v=spf1 mx -all', false],
  ['v=spf1 redirect=x.test', false],
  ['v=spf1 -all nonsense', false],
])('that %s lets nobody send is %s', (text, expected) => {
  expect(authorisesNobody(text)).toBe(expected)
})

test.each([
  ['v=spf1 -all', { kind: 'unchanged' }],
  ['v=spf1 +IP4:192.0.2.1 ~all', { kind: 'merged', text: 'v=spf1 -all' }],
  ['v=spf1 -include:x.test ~all', { kind: 'merged', text: 'v=spf1 -all' }],
  ['v=spf1 ?all', { kind: 'merged', text: 'v=spf1 -all' }],
  ['v=spf1 ip4:192.0.2.1 include:x.test ~all', { kind: 'refused', reason: 'foreign' }],
  ['v=spf1 ip4:192.0.2.1 redirect=x.test', { kind: 'refused', reason: 'foreign' }],
  ['v=spf1 nonsense', { kind: 'refused', reason: 'invalid' }],
])('closing %s', (live, expected) => {
  expect(closeSpf(live, ['192.0.2.1'])).toEqual(expected)
})

test('the addresses that a record names one by one are told from its networks', () => {
  expect(spfAddresses('v=spf1 ip4:192.0.2.1 a mx +ip6:2001:db8::1 ip4:198.51.100.0/24 -all')).toEqual([
    '192.0.2.1',
    '2001:db8::1',
  ])
})
