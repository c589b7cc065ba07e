import { expect, test } from 'vitest'
import fc from 'fast-check'
import { isDomainName } from '@/lib/agent-protocol/maps'
import { toDomainName } from '@/lib/domains/name'
import { toUnicode } from '@/lib/domains/unicode'

test.each([
  ['Example.TEST', 'example.test'],
  [' example.test. ', 'example.test'],
  ['Bücher.example', 'xn--bcher-kva.example'],
  ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
  ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
  ['ｅｘａｍｐｌｅ。test', 'example.test'],
])('stores %j as %j', (typed, stored) => {
  expect(toDomainName(typed)).toBe(stored)
})

test.each([
  '',
  '.',
  'test',
  'a..b',
  '-a.test',
  'a-.test',
  'a_b.test',
  'a b.test',
  'a\nb.test',
  'a\0.test',
  'a/b.test',
  'a@b.test',
  'a:25.test',
  '127.0.0.1',
  '0x7f.1',
  '[::1]',
  'a.123',
  `${'x'.repeat(64)}.test`,
  `${'x.'.repeat(130)}test`,
  'xn--a.test\u0000',
  '%65xample.test',
])('refuses %j', (typed) => {
  expect(toDomainName(typed)).toBeNull()
})

test('what is accepted is a key that nodes take, and its own canonical form', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.domain(),
        fc.string({ unit: 'grapheme' }).map((text) => `${text}.example`),
      ),
      (typed) => {
        const name = toDomainName(typed)
        if (name === null) return
        expect(isDomainName(name)).toBe(true)
        expect(toDomainName(name)).toBe(name)
        expect(toDomainName(toUnicode(name))).toBe(name)
      },
    ),
    { numRuns: 2000 },
  )
})
