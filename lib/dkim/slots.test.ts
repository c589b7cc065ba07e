import { expect, test } from 'vitest'
import { ALL_SLOTS, freeSlot } from '@/lib/dkim/slots'

test('an algorithm has its own slots, and none when all are taken', () => {
  expect(freeSlot('rsa-sha256', new Set())).toBe('ph-rsa1')
  expect(freeSlot('rsa-sha256', new Set(['ph-rsa1', 'ph-rsa3']))).toBe('ph-rsa2')
  expect(freeSlot('rsa-sha256', new Set(['ph-rsa1', 'ph-rsa2', 'ph-rsa3']))).toBeNull()
  expect(freeSlot('ed25519-sha256', new Set(['ph-ed1', 'ph-ed2']))).toBeNull()
})

test('slots are selectors that a node takes (MAIL rule 32: three to six)', () => {
  expect(ALL_SLOTS).toHaveLength(5)
  for (const slot of ALL_SLOTS) expect(slot).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/)
})
