/** What a key signs with (RFC 8301 §3.1, RFC 8463 §2): first the one that every receiver verifies. */
export const ALGORITHMS = ['rsa-sha256', 'ed25519-sha256'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

/** An algorithm from the database; throws on one that nothing of ours can have stored. */
export function storedAlgorithm(text: string): Algorithm {
  const algorithm = ALGORITHMS.find((known) => known === text)
  if (!algorithm) throw new Error(`stored key of algorithm ${text}`)
  return algorithm
}

/** The algorithms that a domain's mail is signed with. */
export function algorithmsOf(domain: { signsEd25519: boolean }): Algorithm[] {
  return ALGORITHMS.filter((algorithm) => algorithm === 'rsa-sha256' || domain.signsEd25519)
}
