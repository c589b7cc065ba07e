import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import type { TlsPolicy } from '@/lib/tlsrpt/parse-report'
import { sumTlsReports, type TlsSums } from '@/lib/tlsrpt/sum-reports'
import { AppError } from '@/lib/errors/app-error'

const DAY_MS = 86_400_000
const MOST_REPORTS = 2_000

/** What others say of encrypted delivery to the domain in the last `days` days, from the newest 2,000 reports. NOT_FOUND where it is not the actor's. */
export async function getTlsSums(
  actor: Actor,
  domainName: string,
  { days = 30, now = systemClock() }: { days?: number; now?: Date } = {},
): Promise<TlsSums> {
  requirePermission(actor, 'report:read')
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { id: true },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const rows = await db().tlsReport.findMany({
    where: { domainId: domain.id, endsAt: { gte: new Date(now.getTime() - days * DAY_MS) } },
    orderBy: { endsAt: 'desc' },
    take: MOST_REPORTS,
    select: { organization: true, policies: true },
  })
  // Written by createTlsReports alone, from what the parser gave.
  return sumTlsReports(rows.map((row) => ({ ...row, policies: row.policies as unknown as TlsPolicy[] })))
}
