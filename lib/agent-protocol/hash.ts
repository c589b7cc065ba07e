import { createHash } from 'node:crypto'

const MODULUS = 1n << 256n
export const EMPTY_HASH = '0'.repeat(64)

function entryHash(key: string, value: string): bigint {
  return BigInt(`0x${createHash('sha256').update(key).update('\0').update(value).digest('hex')}`)
}

/**
 * Adds and removes entries from an order-free hash (sum of SHA-256 of `key NUL value`, modulo 2^256; 64 hex digits):
 * the cost is that of the change, not of the map.
 */
export function updateHash(
  hash: string,
  changes: Iterable<{ key: string; before: string | null; after: string | null }>,
): string {
  let sum = BigInt(`0x${hash}`)
  for (const { key, before, after } of changes) {
    if (before !== null) sum -= entryHash(key, before)
    if (after !== null) sum += entryHash(key, after)
  }
  sum = ((sum % MODULUS) + MODULUS) % MODULUS
  return sum.toString(16).padStart(64, '0')
}
