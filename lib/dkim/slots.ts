import { ALGORITHMS, type Algorithm } from '@/lib/dkim/algorithm'

/**
 * The names in a domain's zone that lead to ours, once and for all (MAIL rule 32): two for each algorithm, for the key
 * that signs and the one before or after it, and one for the spare. All are asked for at once, so that nothing that is
 * switched on later needs the zone again.
 */
const SLOTS: Record<Algorithm, readonly string[]> = {
  'rsa-sha256': ['ph-rsa1', 'ph-rsa2', 'ph-rsa3'],
  'ed25519-sha256': ['ph-ed1', 'ph-ed2'],
}

/** Every slot, in the order in which they are shown. */
export const ALL_SLOTS = ALGORITHMS.flatMap((algorithm) => SLOTS[algorithm])

/** A slot that nothing stands in, or null: the old key's record must be gone before another comes to its name. */
export function freeSlot(algorithm: Algorithm, used: ReadonlySet<string>): string | null {
  return SLOTS[algorithm].find((slot) => !used.has(slot)) ?? null
}
