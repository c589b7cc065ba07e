import { expect, test } from 'vitest'
import { parseAddress, parseLocalPart } from '@/lib/addresses/address'

test.each([
  ['Anna', 'anna'],
  [' POSTMASTER ', 'postmaster'],
  ["o'neil", "o'neil"],
  ['a.b-c_d', 'a.b-c_d'],
  ['x'.repeat(64), 'x'.repeat(64)],
])('stores %j as %j', (typed, stored) => {
  expect(parseLocalPart(typed)).toEqual({ ok: true, localPart: stored })
})

test.each([
  ['', 'address.empty'],
  ['x'.repeat(65), 'address.long'],
  ['"quoted"', 'address.quoted'],
  ['a b', 'address.character'],
  ['a\0b', 'address.ascii'],
  ['a\nb', 'address.ascii'],
  ['müller', 'address.ascii'],
  ['anna+tag', 'address.tag'],
  ['-anna', 'address.dots'],
  ['.anna', 'address.dots'],
  ['a..b', 'address.dots'],
  ...['/', '%', ':', ',', '|', '\\', '(', ')', '<', '>', '[', ']', ';'].map((character) => [
    `a${character}b`,
    'address.character',
  ]),
  ['a!b'.replace('!', '@'), 'address.character'],
])('refuses %j: %s', (typed, reason) => {
  expect(parseLocalPart(typed)).toEqual({ ok: false, reason })
})

test.each([
  ['Anna@EXAMPLE.test.', 'anna@example.test'],
  ['info@Müller.example', 'info@xn--mller-kva.example'],
  ['me@xn--mller-kva.example', 'me@xn--mller-kva.example'],
])('reads %j as %j', (typed, stored) => {
  expect(parseAddress(typed)).toMatchObject({ ok: true, value: { address: stored } })
})

test('keeps a tag only where one is allowed', () => {
  expect(parseAddress('a+b@c.test')).toEqual({ ok: false, reason: 'address.tag' })
  expect(parseAddress('A+B@c.test', { allowTag: true })).toMatchObject({ ok: true, value: { address: 'a+b@c.test' } })
})

test.each(['@x.test', 'a', 'a@', 'a@b', 'a@1.2.3.4', 'a@x..test', 'a@x.test\nb'])('refuses %j', (typed) => {
  expect(parseAddress(typed).ok).toBe(false)
})
