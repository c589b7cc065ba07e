import type { DomainFacts, Line } from '@/lib/releases/facts'

/** Who signs with keys of an algorithm: a daemon has one (MAIL rule 4), so each has a signing table of its own. */
const SIGNERS = [
  { algorithm: 'rsa-sha256', table: 'dkim/signingtable', prefix: '' },
  { algorithm: 'ed25519-sha256', table: 'dkim/signingtable-ed25519', prefix: 'ed25519:' },
] as const

/**
 * The lines of OpenDKIM's tables for one domain: the active key of each algorithm and who it signs for. A key in another
 * state has no line, so that nothing is signed by a key that receivers cannot find (MAIL rules 2, 31).
 */
export function renderSigning(domain: DomainFacts): Line[] {
  if (domain.isDeleted) return []
  return SIGNERS.flatMap(({ algorithm, table, prefix }): Line[] => {
    const key = domain.signingKeys.find((one) => one.algorithm === algorithm && one.state === 'active')
    if (!key?.privateKeyHash) return []
    return [
      { map: 'dkim/keys', domain: domain.name, key: key.id, value: `${prefix}${key.privateKeyHash}` },
      { map: 'dkim/keytable', domain: domain.name, key: key.id, value: `${domain.name}:${key.selector}` },
      { map: table, domain: domain.name, key: `*@${domain.name}`, value: key.id },
    ]
  })
}
