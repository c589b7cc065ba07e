import { result, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import { look, lookAtZone } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'

/** A name that nobody made: what answers for it answers for every name. */
const UNMADE_LABEL = 'posthouse-no-such-name'

/** The names at which CAA is looked for, nearest first (RFC 8659 §3); a TLD's own is left out. */
function climb(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_label, index) => labels.slice(index).join('.'))
}

/** Issuers that a set of CAA records lets make certificates; null where it names none at all (RFC 8659 §4.2). */
function issuersOf(values: readonly string[]): string[] | null {
  const issue = values.map((value) => /^\d+ issue "\s*([^";\s]*)/.exec(value)?.[1]).filter((name) => name !== undefined)
  return issue.length > 0 ? issue.map((name) => name.toLowerCase()) : null
}

/** Point 8: CAA present, and the issuers that the domain's policy names among those it allows. */
export async function checkCaa(world: CheckWorld, { name: domain, policy }: DomainFacts): Promise<CheckResult> {
  const [own, ...above] = climb(domain)
  const sets = await Promise.all([
    lookAtZone(world, domain, own ?? domain, 'CAA'),
    ...above.map((name) => look(world, name, 'CAA')),
  ])
  const nearest = sets.find((set) => set.status !== 'absent')
  if (!nearest) return result('zone.caa', 'info', { values: { state: 'none', issuers: '' } })
  if (nearest.status === 'unknown')
    return result('zone.caa', 'unknown', { found: [nearest.words], values: { state: 'none', issuers: '' } })
  const found = nearest.values.toSorted()
  const allowed = issuersOf(found)
  const refused = allowed === null ? [] : policy.caa.filter((issuer) => !allowed.includes(issuer.toLowerCase()))
  if (refused.length === 0) return result('zone.caa', 'ok', { found, values: { state: 'fine', issuers: '' } })
  const expected = refused.map((issuer) => `0 issue "${issuer}"`)
  return result('zone.caa', 'attention', {
    ...{ found, expected },
    values: { state: 'refused', issuers: refused.join(', ') },
  })
}

/** A CNAME where the domain's own records stand hides them all (RFC 1034 §3.6.2). */
export async function checkAlias(world: CheckWorld, { name: domain }: DomainFacts): Promise<CheckResult> {
  const found = await lookAtZone(world, domain, domain, 'CNAME')
  if (found.status === 'unknown') return result('zone.alias', 'unknown', { found: [found.words] })
  return found.status === 'found' ? result('zone.alias', 'broken', { found: found.values }) : result('zone.alias', 'ok')
}

/** Answers for names that nobody made (RFC 4592): fine, but they hide that a record is missing. */
export async function checkWildcard(world: CheckWorld, { name: domain }: DomainFacts): Promise<CheckResult> {
  const types = ['A', 'TXT', 'MX'] as const
  const name = `${UNMADE_LABEL}.${domain}`
  const answers = await Promise.all(types.map((type) => lookAtZone(world, domain, name, type)))
  const found = answers.flatMap((answer, index) =>
    answer.status === 'found' ? answer.values.map((value) => `${types[index] ?? ''} ${value}`) : [],
  )
  const seen = types.filter((_type, index) => answers[index]?.status === 'found').join(', ')
  const isUnknown = answers.every((answer) => answer.status === 'unknown')
  const level = found.length > 0 ? 'info' : isUnknown ? 'unknown' : 'ok'
  return result('zone.wildcard', level, { found: found.toSorted(), values: { types: seen } })
}
