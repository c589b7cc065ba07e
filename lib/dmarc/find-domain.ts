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
 * Tells whose a report is, of the domains that the actor may see: null where it is nobody's. Each policy domain is looked
 * up once, so an instance serves one batch and is then let go.
 */
export function domainFinder(actor: Actor): (report: AggregateReport) => Promise<OwnDomain | null> {
  const known = new Map<string, Promise<Candidate[]>>()
  return async ({ policy, records }) => {
    const asked = known.get(policy.domain) ?? candidates(actor, policy.domain)
    known.set(policy.domain, asked)
    const domains = await asked
    const froms = new Set(records.map((record) => record.headerFrom).filter((from) => from !== ''))
    const own = domains.flatMap(({ id, names }) => names.map((name) => ({ name, domainId: id })))
    const domainId = matchDomain(policy.domain, froms, own)
    return domains.find((domain) => domain.id === domainId) ?? null
  }
}
