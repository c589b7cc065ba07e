import 'server-only'
import { statusAnswer } from '@/lib/agent-protocol/messages'
import type { DomainFacts, NodeFacts } from '@/lib/checks/check'
import { db } from '@/lib/db/client'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { loadWanted } from '@/lib/dns/sync'
import type { WantedRecord } from '@/lib/dns/wanted-records'

/** Whether the record of a key that was removed is gone is looked at for this long. */
const REMEMBERED = 365 * 24 * 60 * 60 * 1000

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

/** A domain as its checks want it; null where it is gone. */
export async function loadDomainFacts(domainId: string, now: Date): Promise<ToCheck<DomainFacts> | null> {
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
  const { wanted } = await loadWanted(db(), domainId)
  const facts: DomainFacts = {
    ...row,
    policy: parseDnsPolicy(dnsPolicy),
    wanted,
    keys: dkimKeys,
    nodes: nodes.map(nodeFacts),
    reportAddress: reportAddress(wanted),
  }
  return { facts, dueAt: nextCheckAt }
}

/** The first address that the domain's own DMARC record asks reports to (RFC 9989 §4.7, `rua`). */
function reportAddress(wanted: readonly WantedRecord[]): string | null {
  const record = wanted.find(({ purpose }) => purpose === 'dmarc')
  return /;\s*rua\s*=[^;]*?mailto:([^,;!\s]+)/i.exec(record?.value ?? '')?.[1] ?? null
}
