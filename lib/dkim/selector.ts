/** Characters that cannot be taken for one another when a selector is read aloud or typed. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const SUFFIX_LENGTH = 4

/**
 * A new selector (RFC 6376 §3.1), `s20261122-k4fd`: the day tells people how old a key is, the random part keeps it from
 * any record that was ever there, so that no cache can hold another key under its name. `random(n)` gives 0 … n-1.
 */
export function newSelector(now: Date, random: (below: number) => number): string {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '')
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET.charAt(random(ALPHABET.length))).join('')
  return `s${day}-${suffix}`
}
