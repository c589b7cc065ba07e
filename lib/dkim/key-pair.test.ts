import { createPublicKey, createSign, createVerify } from 'node:crypto'
import { expect, test } from 'vitest'
import { generateRsaPair, keyHash, publicKeyOf } from '@/lib/dkim/key-pair'
import { formatDkimRecord, parseDkimRecord } from '@/lib/dkim/record'
import { newSelector } from '@/lib/dkim/selector'

test('the published key verifies what the private one signs', async () => {
  const pair = await generateRsaPair()
  const record = parseDkimRecord(formatDkimRecord(pair.publicKey))
  const publicKey = createPublicKey({
    key: Buffer.from(record?.publicKey ?? '', 'base64'),
    format: 'der',
    type: 'spki',
  })
  expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
  const signature = createSign('sha256').update('text').sign(pair.privateKey)
  expect(createVerify('sha256').update('text').verify(publicKey, signature)).toBe(true)
  expect(pair.hash).toBe(keyHash(pair.privateKey))
  expect(publicKeyOf(pair.privateKey)).toBe(pair.publicKey)
})

test('a selector tells the day and is one that nodes take', () => {
  let next = 0
  expect(newSelector(new Date('2026-11-22T23:59:59Z'), () => next++)).toBe('s20261122-abcd')
  expect(newSelector(new Date(), (below) => below - 1)).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/)
})

test('a revoked record has an empty key', () => {
  expect(formatDkimRecord('')).toBe('v=DKIM1; p=')
  expect(() => formatDkimRecord('AAAA; t=y')).toThrow()
})
