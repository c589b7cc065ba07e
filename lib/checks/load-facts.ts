import 'server-only'
import { statusAnswer } from '@/lib/agent-protocol/messages'
import type { DomainFacts, NodeFacts } from '@/lib/checks/check'
import { watchReports } from '@/lib/dmarc/sources/watch'
import { db } from '@/lib/db/client'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { loadWanted, type WantedOfName } from '@/lib/dns/sync'
import type { WantedRecord } from '@/lib/dns/wanted-records'

/** Whether the record of a key that was removed is gone is looked at for this long. */
const REMEMBERED = 365 * 24 * 60 * 60 * 1000

/** So many other names of a domain are looked at; more would keep a run longer than its lease. */
export const MOST_ALIASES = 20

/** What is to be checked, and when it was due as this was read; null: at once. */
export interface ToCheck<Facts> {
  facts: Facts
  dueAt: Date | null
}

const nodeSelect = {
  ...{ id: true, name: true, hostName: true, roles: true, publicAddresses: true, services: true, status: true },
  nextCheckAt: true,
} as const

type NodeRow = Omit<NodeFacts, 'services' | 'status'> & { services: unknown; status: unknown; nextCheckAt: Date | null }

function nodeFacts({ nextCheckAt: _, services, status, ...row }: NodeRow): NodeFacts {
  const said = statusAnswer.safeParse(status).data
  return {
    ...row,
    services: services as Record<string, string>,
    status: said ? { daemons: said.daemons, diskFreeBytes: said.diskFreeBytes } : null,
  }
}

/** A node as its checks want it; null where it is gone. */
export async function loadNodeFacts(nodeId: string): Promise<ToCheck<NodeFacts> | null> {
  const row = await db().node.findFirst({ where: { id: nodeId, removedAt: null }, select: nodeSelect })
  return row && { facts: nodeFacts(row), dueAt: row.nextCheckAt }
}

/** Mail from another name is not signed in that name, and reports about it are the domain's. */
const NOTHING_OF_ITS_OWN = { keys: [], reports: { silentDays: null, stopped: [] }, unchecked: [] }

/** A domain with its other names that are looked at, each with what stands in its own zone. */
export interface DomainToCheck extends ToCheck<DomainFacts> {
  aliases: readonly DomainFacts[]
}

/** A domain as its checks want it; null where it is gone. */
export async function loadDomainFacts(domainId: string, now: Date): Promise<DomainToCheck | null> {
  const [domain, nodes] = await Promise.all([
    db().domain.findFirst({
      where: { id: domainId, deletedAt: null },
      select: {
        ...{ id: true, name: true, kind: true, dnsPolicy: true, nextCheckAt: true },
        dkimKeys: {
          where: { OR: [{ state: { not: 'removed' } }, { retiredAt: { gt: new Date(now.getTime() - REMEMBERED) } }] },
          select: {
            ...{ id: true, selector: true, state: true, algorithm: true, bits: true, publicKey: true, flags: true },
            ...{ createdAt: true, activatedAt: true, retiredAt: true },
          },
        },
      },
    }),
    db().node.findMany({
      where: { removedAt: null, roles: { has: 'smtp' } },
      orderBy: { name: 'asc' },
      select: nodeSelect,
    }),
  ])
  if (!domain) return null
  const { dnsPolicy, dkimKeys, nextCheckAt, ...row } = domain
  const [{ own, aliases }, reports] = await Promise.all([loadWanted(db(), domainId), watchReports(domain, now)])
  const shared = { ...row, policy: parseDnsPolicy(dnsPolicy), nodes: nodes.map(nodeFacts) }
  const of = ({ name, wanted }: WantedOfName) => ({ ...shared, name, wanted, reportAddress: reportAddress(wanted) })
  const unchecked = aliases.slice(MOST_ALIASES).map(({ name }) => name)
  return {
    facts: { ...of(own), keys: dkimKeys, reports, unchecked },
    aliases: aliases.slice(0, MOST_ALIASES).map((alias) => ({ ...of(alias), ...NOTHING_OF_ITS_OWN })),
    dueAt: nextCheckAt,
  }
}

/** The first address that the name's own DMARC record asks reports to (RFC 9989 §4.7, `rua`). */
function reportAddress(wanted: readonly WantedRecord[]): string | null {
  const record = wanted.find(({ purpose }) => purpose === 'dmarc')
  return /;\s*rua\s*=[^;]*?mailto:([^,;!\s]+)/i.exec(record?.value ?? '')?.[1] ?? null
}
