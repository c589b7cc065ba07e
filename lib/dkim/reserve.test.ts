import { expect, test } from 'vitest'
import { isReserve, type KeyInUse } from '@/lib/dkim/reserve'

const key = (id: string, state: KeyInUse['state'], isSpare = false): KeyInUse => ({ id, selector: id, state, isSpare })
const record = (id: string) => ({ name: `${id}._domainkey.a.test`, type: 'TXT', dkimKeyId: id })
const alias = (id: string) => ({ name: `${id}._domainkey.a.test`, type: 'CNAME', dkimKeyId: null })

test('mail depends on the first key, on keys that sign and on those that did', () => {
  expect(isReserve(record('first'), [key('first', 'generated')])).toBe(false)
  expect(isReserve(record('now'), [key('now', 'active')])).toBe(false)
  expect(isReserve(record('old'), [key('now', 'active'), key('old', 'retiring')])).toBe(false)
})

test('no mail depends on the next key yet, nor on the spare', () => {
  expect(isReserve(record('next'), [key('now', 'active'), key('next', 'generated')])).toBe(true)
  expect(isReserve(record('spare'), [key('spare', 'published', true)])).toBe(true)
})

test('an alias counts as the key does that it leads to, and an empty slot not at all', () => {
  const keys = [key('ph-rsa1', 'removed'), key('ph-rsa1', 'active'), key('ph-rsa2', 'generated')]
  expect(isReserve(alias('ph-rsa1'), keys)).toBe(false)
  expect(isReserve(alias('ph-rsa2'), keys)).toBe(true)
  expect(isReserve(alias('ph-rsa3'), keys)).toBe(true)
})
