import 'server-only'
import { db } from '@/lib/db/client'
import type { ClientEndpoint } from '@/lib/clients/settings'

/** Whether a service answered when the worker last asked; null where it never did. */
export interface ProbedService {
  service: ClientEndpoint['service']
  hasAnswered: boolean
  at: Date
}

/** What the host checks last said of each service of the mail nodes, by host name and service. Public: anybody can try. */
export async function lastProbes(endpoints: readonly ClientEndpoint[]): Promise<Map<string, ProbedService>> {
  const hosts = [...new Set(endpoints.map((endpoint) => endpoint.host))]
  const rows = await db().finding.findMany({
    where: { check: 'host.services', node: { hostName: { in: hosts }, removedAt: null } },
    select: { subject: true, level: true, checkedAt: true, node: { select: { hostName: true } } },
  })
  return new Map(
    endpoints.flatMap(({ service, host }) => {
      const name = service === 'submissions' ? 'smtps' : service
      const row = rows.find((one) => one.node?.hostName === host && one.subject === name)
      if (!row || row.level === 'unknown' || row.level === 'none') return []
      return [[`${host} ${service}`, { service, hasAnswered: row.level !== 'broken', at: row.checkedAt }] as const]
    }),
  )
}
