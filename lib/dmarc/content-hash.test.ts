import { expect, test } from 'vitest'
import { contentHash } from '@/lib/dmarc/content-hash'
import { sampleRecord } from '@/lib/dmarc/testing'

const hashOf = (counts: number[], unreadableRecords = 0) =>
  contentHash({
    records: counts.map((count) => sampleRecord({ count })),
    unreadable: [],
    totals: { records: counts.length + unreadableRecords, unreadableRecords, messages: 0 },
  })

test('the order of records does not count; each of them does, and so does what could not be read', () => {
  expect(hashOf([1, 2])).toBe(hashOf([2, 1]))
  expect(new Set([hashOf([1, 2]), hashOf([1, 3]), hashOf([1, 2, 2]), hashOf([]), hashOf([1, 2], 1)]).size).toBe(5)
})
