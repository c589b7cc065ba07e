/** A name that mail is taken for here, and the domain it belongs to. */
export interface OwnName {
  name: string
  domainId: string
}

/** The domain and its parents down to two labels: the names under which a report about it may be ours. */
export function selfAndParents(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, Math.max(1, labels.length - 1)).map((_label, at) => labels.slice(at).join('.'))
}

function isAtOrBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`)
}

/**
 * Which of our domains a report is about. In this order: the policy's own domain; the nearest of its parents, since a
 * sub-domain's policy is its domain's business; the one domain below it from which all of the report's mail claims to come
 * (its policy is then inherited, RFC 9989 section 4.10.2). Null: a foreign domain.
 */
export function matchDomain(
  policyDomain: string,
  headerFroms: ReadonlySet<string>,
  own: readonly OwnName[],
): string | null {
  const byName = new Map(own.map((entry) => [entry.name, entry.domainId]))
  for (const name of selfAndParents(policyDomain)) {
    const domainId = byName.get(name)
    if (domainId !== undefined) return domainId
  }
  const below = own.filter((entry) => isAtOrBelow(entry.name, policyDomain))
  const whole = below.filter((entry) => [...headerFroms].every((from) => isAtOrBelow(from, entry.name)))
  const longest = whole.sort((a, b) => b.name.length - a.name.length)[0]
  return longest?.domainId ?? null
}
