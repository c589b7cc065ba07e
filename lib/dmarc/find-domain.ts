import 'server-only'
import { visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { matchDomain, selfAndParents } from '@/lib/dmarc/match-domain'
import type { AggregateReport } from '@/lib/dmarc/schema'

export interface OwnDomain {
  id: string
  name: string
}

interface Candidate extends OwnDomain {
  names: string[]
}

const MOST_CANDIDATES = 1_000

async function candidates(actor: Actor, policyDomain: string): Promise<Candidate[]> {
  const names = { OR: [{ name: { in: selfAndParents(policyDomain) } }, { name: { endsWith: `.${policyDomain}` } }] }
  const domains = await db().domain.findMany({
    where: {
      AND: [
        visibleDomains(actor),
        { deletedAt: null },
        { OR: [names, { aliasesOf: { some: { AND: [{ deletedAt: null }, names] } } }] },
      ],
    },
    select: { id: true, name: true, aliasesOf: { where: { deletedAt: null }, select: { name: true } } },
    take: MOST_CANDIDATES,
  })
  return domains.map(({ id, name, aliasesOf }) => ({
    id,
    name,
    names: [name, ...aliasesOf.map((alias) => alias.name)],
  }))
}

/**
 * Tells whose a report about `policyDomain` is, of the domains that the actor may see: null where it is nobody's.
 * `headerFroms`: whose mail it speaks of, for a policy that a parent published. Each policy domain is looked up once, so
 * an instance serves one batch and is then let go.
 */
export function domainFinder(
  actor: Actor,
): (policyDomain: string, headerFroms?: ReadonlySet<string>) => Promise<OwnDomain | null> {
  const known = new Map<string, Promise<Candidate[]>>()
  return async (policyDomain, headerFroms) => {
    const asked = known.get(policyDomain) ?? candidates(actor, policyDomain)
    known.set(policyDomain, asked)
    const domains = await asked
    const own = domains.flatMap(({ id, names }) => names.map((name) => ({ name, domainId: id })))
    const domainId = matchDomain(policyDomain, headerFroms ?? new Set([policyDomain]), own)
    return domains.find((domain) => domain.id === domainId) ?? null
  }
}

/** Whose mail an aggregate report speaks of. */
export function headerFromsOf({ records }: AggregateReport): Set<string> {
  return new Set(records.map((record) => record.headerFrom).filter((from) => from !== ''))
}
