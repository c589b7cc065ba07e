import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { isReserve, type KeyInUse } from '@/lib/dkim/reserve'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { isHeldBack, needOf, PURPOSES_OF_MAIL } from '@/lib/dns/purpose'
import { AppError } from '@/lib/errors/app-error'
import { judgeReadiness, type ReadinessFacts } from '@/lib/domains/readiness'
import { standingRefusals } from '@/lib/releases/refusals'

const PAGE = 50

interface RecordRow {
  purpose: string
  name: string
  type: string
  value: string
  dkimKeyId: string | null
  observation: { state: string } | null
}

/** What readiness is judged by of a domain's policy and records. */
function recordFacts(
  dnsPolicy: unknown,
  rows: readonly RecordRow[],
  keys: readonly KeyInUse[],
): Pick<ReadinessFacts, 'isParked' | 'records'> {
  const policy = parseDnsPolicy(dnsPolicy)
  const records = rows.flatMap(({ observation, ...row }) => {
    const purpose = PURPOSES_OF_MAIL.find((known) => known === row.purpose)
    if (!purpose) return []
    const need = needOf({ ...row, purpose }, isReserve(row, keys))
    return [{ purpose, need, isHeld: isHeldBack(purpose, policy), state: observation?.state ?? null }]
  })
  return { isParked: policy.isParked, records }
}

/** One page of the domains an actor may see, by name, after `after`, each with how far it is; `q` is any part of the name. */
export async function listDomains(actor: Actor, { q = '', after = '' }: { q?: string; after?: string } = {}) {
  requirePermission(actor, 'domain:read')
  const rows = await db().domain.findMany({
    where: {
      AND: [
        visibleDomains(actor),
        { deletedAt: null, name: { gt: after } },
        q ? { name: { contains: q.toLowerCase() } } : {},
      ],
    },
    orderBy: { name: 'asc' },
    take: PAGE + 1,
    select: {
      name: true,
      description: true,
      mailboxCount: true,
      aliasCount: true,
      suspendMode: true,
      createdAt: true,
      dkimKeys: { select: { id: true, selector: true, state: true, isSpare: true } },
      dnsPolicy: true,
      dnsRecords: {
        where: { purpose: { in: [...PURPOSES_OF_MAIL] } },
        select: {
          ...{ purpose: true, name: true, type: true, value: true, dkimKeyId: true },
          observation: { select: { state: true } },
        },
      },
      tests: {
        orderBy: { createdAt: 'desc' },
        take: 1,
        select: { state: true, grade: true, finishedAt: true, probe: { select: { isStandIn: true } } },
      },
    },
  })
  const page = rows.slice(0, PAGE)
  const refusals = await standingRefusals(page.map((row) => row.name))
  const domains = page.map(({ tests: [test], dkimKeys, dnsRecords, dnsPolicy, ...row }) => ({
    ...row,
    readiness: judgeReadiness({
      refusingNodes: refusals.filter((refusal) => refusal.domain === row.name).map((refusal) => refusal.node),
      suspendMode: row.suspendMode,
      ...recordFacts(dnsPolicy, dnsRecords, dkimKeys),
      keyStates: dkimKeys.map((key) => key.state),
      lastTest: test ? { ...test, isStandIn: test.probe.isStandIn } : null,
    }),
  }))
  return { domains, next: rows.length > PAGE ? (page.at(-1)?.name ?? null) : null }
}

/** One domain with what its pages show first. NOT_FOUND where it is not the actor's. */
export async function requireDomain(actor: Actor, name: string) {
  requirePermission(actor, 'domain:read')
  const row = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name, deletedAt: null }] },
    select: {
      id: true,
      name: true,
      description: true,
      kind: true,
      suspendMode: true,
      dnsPolicy: true,
      catchAllTarget: true,
      postmasterTarget: true,
      storageFormat: true,
      defaultQuotaBytes: true,
      mailboxCount: true,
      aliasCount: true,
      revision: true,
      createdAt: true,
      onboardedAt: true,
      homeNode: { select: { name: true, hostName: true } },
      dnsProvider: { select: { name: true, kind: true } },
      aliasesOf: { where: { deletedAt: null }, select: { name: true }, orderBy: { name: 'asc' } },
    },
  })
  if (!row) throw new AppError('NOT_FOUND', 'domain.missing', { name })
  const { dnsPolicy, ...domain } = row
  return { ...domain, policy: parseDnsPolicy(dnsPolicy) }
}

/** Numbers for the navigation: exact counts of what the actor may see. */
export async function countDirectory(actor: Actor) {
  requirePermission(actor, 'domain:read')
  const total = await db().domain.aggregate({
    where: { AND: [visibleDomains(actor), { deletedAt: null }] },
    _count: true,
    _sum: { mailboxCount: true, aliasCount: true },
  })
  return { domains: total._count, mailboxes: total._sum.mailboxCount ?? 0, aliases: total._sum.aliasCount ?? 0 }
}
