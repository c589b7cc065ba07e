import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coversHost, formatMtaStsPolicy, parseMtaStsPolicy, type MtaStsPolicy } from '@/lib/mta-sts/policy'

const label = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const host = fc.tuple(fc.constantFrom('', '*.'), label, label).map(([star, a, b]) => `${star}${a}.${b}`)

test('what is written is read back', () => {
  const policies = fc.record({
    mode: fc.constantFrom('testing' as const, 'enforce' as const, 'none' as const),
    mx: fc.array(host, { minLength: 1, maxLength: 5 }),
    maxAgeSeconds: fc.integer({ min: 0, max: 31_557_600 }),
  })
  fc.assert(
    fc.property(policies, (policy: MtaStsPolicy) => {
      expect(parseMtaStsPolicy(formatMtaStsPolicy(policy))).toEqual({ status: 'valid', policy })
    }),
  )
})

test('is read as senders read it: LF, spaces, unknown fields, the first of two', () => {
  const text = 'version:STSv1\nmode: enforce \nmode: none\nmx:  MX1.Example.org.\nx-more: 1\nmax_age: 86400'
  expect(parseMtaStsPolicy(text)).toEqual({
    status: 'valid',
    policy: { mode: 'enforce', mx: ['mx1.example.org'], maxAgeSeconds: 86_400 },
  })
})

test.each([
  ['', 'version is not STSv1'],
  ['<html>', 'not a field: <html>'],
  ['version: STSv1\nmode: on\nmx: a.test\nmax_age: 1', 'mode is not testing, enforce or none'],
  ['version: STSv1\nmode: enforce\nmax_age: 1', 'no mx'],
  ['version: STSv1\nmode: enforce\nmx: a.test', 'max_age: missing'],
  ['version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 99999999', 'max_age: 99999999'],
  ['version: STSv1\nmode: enforce\nmx: *.*.test\nmax_age: 1', 'mx: *.*.test'],
])('%j is refused: %s', (text, words) => {
  expect(parseMtaStsPolicy(text)).toEqual({ status: 'invalid', words })
})

test('a star stands for one label', () => {
  const policy: MtaStsPolicy = { mode: 'enforce', mx: ['*.example.org', 'mx.example.net'], maxAgeSeconds: 1 }
  const covered = ['mx1.example.org', 'MX.example.net.', 'a.mx1.example.org', 'example.org', 'mx2.example.net']
  expect(covered.map((name) => coversHost(policy, name))).toEqual([true, true, false, false, false])
})
