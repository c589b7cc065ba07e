import type { DomainFacts, Line } from '@/lib/releases/facts'

/**
 * The lines of OpenDKIM's tables for one domain: the active key and who it signs for. A key in another state has no
 * line, so that nothing is signed by a key that receivers cannot find (MAIL rules 2, 31).
 */
export function renderSigning(domain: DomainFacts): Line[] {
  if (domain.isDeleted) return []
  const key = domain.signingKeys.find((candidate) => candidate.state === 'active')
  if (!key?.privateKeyHash) return []
  return [
    { map: 'dkim/keys', domain: domain.name, key: key.id, value: key.privateKeyHash },
    { map: 'dkim/keytable', domain: domain.name, key: key.id, value: `${domain.name}:${key.selector}` },
    { map: 'dkim/signingtable', domain: domain.name, key: `*@${domain.name}`, value: key.id },
  ]
}
