import 'server-only'
import { z } from 'zod'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'

const FILES_PER_PAGE = 50
const ROWS_PER_PAGE = 200

/** Files given as reports, newest first; `before` is the id of the last one seen. A domain administrator sees those with a report of a granted domain. */
export async function listReportFiles(actor: Actor, { domain, before }: { domain?: string; before?: string } = {}) {
  requirePermission(actor, 'report:read')
  const ownReports = {
    reports: {
      some: { domain: { AND: [visibleDomains(actor), { deletedAt: null }, domain ? { name: domain } : {}] } },
    },
  }
  const isLimited = actor.kind === 'admin' && actor.role === 'domain_admin'
  const rows = await db().reportFile.findMany({
    where: {
      AND: [isLimited || domain !== undefined ? ownReports : {}, before === undefined ? {} : { id: { lt: before } }],
    },
    orderBy: { id: 'desc' },
    take: FILES_PER_PAGE + 1,
    select: {
      id: true,
      name: true,
      kind: true,
      state: true,
      reason: true,
      sizeBytes: true,
      receivedAt: true,
      actorName: true,
      reports: {
        where: { domain: { AND: [visibleDomains(actor), { deletedAt: null }] } },
        select: {
          id: true,
          policyDomain: true,
          reporter: true,
          beginsAt: true,
          endsAt: true,
          messageCount: true,
          domain: { select: { name: true } },
        },
      },
    },
  })
  const page = rows.slice(0, FILES_PER_PAGE).map(({ reports, ...file }) => {
    const [report] = reports
    return {
      ...file,
      report: report ? { ...report, domain: report.domain.name, messageCount: Number(report.messageCount) } : null,
    }
  })
  return { files: page, next: rows.length > FILES_PER_PAGE ? (page.at(-1)?.id ?? null) : null }
}

/** What the import keeps in `metadata` of how well the report could be read. */
const readability = z.object({
  totals: z.object({ records: z.number(), unreadableRecords: z.number() }),
  deviations: z.array(z.object({ code: z.string(), count: z.number(), sample: z.string() })),
})

/** One report with a page of its rows, `after` being the position of the last one seen. NOT_FOUND where it is not the actor's. */
export async function requireReport(actor: Actor, id: string, { after = -1 }: { after?: number } = {}) {
  requirePermission(actor, 'report:read')
  const row = await db().dmarcReport.findFirst({
    where: { AND: [{ id: uuidOr404(id) }, { domain: { AND: [visibleDomains(actor), { deletedAt: null }] } }] },
    select: {
      id: true,
      policyDomain: true,
      reporter: true,
      reportId: true,
      beginsAt: true,
      endsAt: true,
      policy: true,
      metadata: true,
      messageCount: true,
      domain: { select: { name: true } },
      file: { select: { id: true, name: true, receivedAt: true, actorName: true, sizeBytes: true } },
      rows: {
        where: { position: { gt: after } },
        orderBy: { position: 'asc' },
        take: ROWS_PER_PAGE + 1,
        select: {
          position: true,
          sourceIp: true,
          messageCount: true,
          disposition: true,
          isDkimAligned: true,
          isSpfAligned: true,
          headerFrom: true,
          detail: true,
        },
      },
    },
  })
  if (!row) throw new AppError('NOT_FOUND', 'report.missing')
  const rows = row.rows.slice(0, ROWS_PER_PAGE).map((item) => ({ ...item, messageCount: Number(item.messageCount) }))
  const next = row.rows.length > ROWS_PER_PAGE ? (rows.at(-1)?.position ?? null) : null
  const { totals, deviations } = readability.parse(row.metadata)
  return { ...row, domain: row.domain.name, messageCount: Number(row.messageCount), ...totals, deviations, rows, next }
}

const failureDetail = z.object({
  identityAlignment: z.string().nullable(),
  deliveryResult: z.string().nullable(),
  dkimDomain: z.string().nullable(),
  dkimSelector: z.string().nullable(),
  userAgent: z.string().nullable(),
})

/** The newest failure reports about a domain's mail, and how many there are. NOT_FOUND where the domain is not the actor's. */
export async function listFailureReports(actor: Actor, domain: string) {
  requirePermission(actor, 'report:read')
  const own = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domain, deletedAt: null }] },
    select: {
      _count: { select: { failureReports: true } },
      failureReports: {
        orderBy: { receivedAt: 'desc' },
        take: FILES_PER_PAGE,
        select: { id: true, receivedAt: true, sourceIp: true, authFailure: true, detail: true },
      },
    },
  })
  if (!own) throw new AppError('NOT_FOUND', 'domain.missing', { name: domain })
  const reports = own.failureReports.map(({ detail, ...row }) => ({ ...row, ...failureDetail.parse(detail) }))
  return { reports, count: own._count.failureReports }
}

/** The original of a report, gzip as it is stored, for download. NOT_FOUND where it is not the actor's. */
export async function requireReportOriginal(actor: Actor, id: string): Promise<{ name: string; gzip: Uint8Array }> {
  requirePermission(actor, 'report:read')
  const row = await db().dmarcReport.findFirst({
    where: { AND: [{ id: uuidOr404(id) }, { domain: { AND: [visibleDomains(actor), { deletedAt: null }] } }] },
    select: { file: { select: { name: true, original: true } } },
  })
  if (!row?.file.original) throw new AppError('NOT_FOUND', 'report.missing')
  return { name: row.file.name, gzip: row.file.original }
}

/** What is no UUID is no report's id: Postgres would refuse the whole query. */
function uuidOr404(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id
  throw new AppError('NOT_FOUND', 'report.missing')
}
