import 'server-only'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { roleMay } from '@/lib/auth/permissions'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import type { FileFilter } from '@/lib/dmarc/file-filter'
import { storedDetail, storedMetadata, storedPolicy } from '@/lib/dmarc/stored-report'
import { seesAllPolicyDomains } from '@/lib/dmarc/policy-domains'
import { AppError } from '@/lib/errors/app-error'

const unpack = promisify(gunzip)
const FILES_PER_PAGE = 50
const ROWS_PER_PAGE = 200

/** What a file says of a domain of the actor's. */
export interface FileReport {
  /** Of an aggregate report, which has a page; else null. */
  id: string | null
  /** Ours, and the name that the report speaks of. */
  domain: string
  policyDomain: string
  /** Null where a failure report came without a mail's From line. */
  reporter: string | null
  beginsAt: Date
  /** Messages; of a TLS report sessions. */
  messageCount: number
}

/**
 * Files given as reports, newest first, each with the first of what it says of the actor's domains and how many more there
 * are. `domain`: only with a report about it; `before`: the id of the last one seen. A domain administrator sees those with
 * a report of a granted domain.
 */
export async function listReportFiles(
  actor: Actor,
  { domain, before, ...is }: FileFilter & { domain?: string; before?: string } = {},
) {
  requirePermission(actor, 'report:read')
  const own = { domain: { AND: [visibleDomains(actor), { deletedAt: null }, domain ? { name: domain } : {}] } }
  const isLimited = actor.kind === 'admin' && actor.role === 'domain_admin'
  const hasOwn = { OR: [{ reports: { some: own } }, { tlsReports: { some: own } }, { failureReports: { some: own } }] }
  const rows = await db().reportFile.findMany({
    where: {
      AND: [is, isLimited || domain !== undefined ? hasOwn : {}, before === undefined ? {} : { id: { lt: before } }],
    },
    orderBy: { id: 'desc' },
    take: FILES_PER_PAGE + 1,
    select: fileSelect(own),
  })
  const retriable = await retriableOf(actor, rows)
  const page = rows.slice(0, FILES_PER_PAGE).map(({ reports, tlsReports, failureReports, ...file }) => {
    const all = [
      ...reports.map(aggregateOf),
      ...tlsReports.map(tlsOf),
      ...failureReports.map((report) => failureOf(report, file.senderDomain)),
    ]
    const canRetry = retriable.has(file.id)
    return { ...file, canRetry, report: all[0] ?? null, otherReports: Math.max(0, all.length - 1) }
  })
  return { files: page, next: rows.length > FILES_PER_PAGE ? (page.at(-1)?.id ?? null) : null }
}

function fileSelect(own: { domain: Prisma.DomainWhereInput }) {
  const about = { policyDomain: true, beginsAt: true, domain: { select: { name: true } } } as const
  return {
    ...{
      id: true,
      name: true,
      kind: true,
      state: true,
      reason: true,
      sizeBytes: true,
      receivedAt: true,
      actorName: true,
    },
    ...{ trust: true, trustReason: true, senderDomain: true },
    reports: { where: own, select: { ...about, id: true, reporter: true, messageCount: true } },
    tlsReports: { where: own, select: { ...about, organization: true, successCount: true, failureCount: true } },
    failureReports: { where: own, select: { receivedAt: true, domain: about.domain } },
  } as const satisfies Prisma.ReportFileSelect
}

type FileRow = Prisma.ReportFileGetPayload<{ select: ReturnType<typeof fileSelect> }>

function aggregateOf({ id, messageCount, domain, ...rest }: FileRow['reports'][number]): FileReport {
  return { ...rest, id, domain: domain.name, messageCount: Number(messageCount) }
}

function tlsOf({
  organization,
  successCount,
  failureCount,
  domain,
  ...rest
}: FileRow['tlsReports'][number]): FileReport {
  const messageCount = Number(successCount + failureCount)
  return { ...rest, id: null, domain: domain.name, reporter: organization, messageCount }
}

function failureOf({ receivedAt, domain }: FileRow['failureReports'][number], reporter: string | null): FileReport {
  return { id: null, domain: domain.name, policyDomain: domain.name, reporter, beginsAt: receivedAt, messageCount: 1 }
}

/** Of these files those that failed, whose original is kept, and that the actor may ask for (`retryReportFile`). */
async function retriableOf(actor: Actor, files: readonly { id: string; state: string }[]): Promise<Set<string>> {
  const failed = files.filter(({ state }) => state === 'failed').map(({ id }) => id)
  if (failed.length === 0 || !roleMay(actor.role, 'report:write')) return new Set()
  const kept = await db().reportFile.findMany({
    where: { id: { in: failed }, original: { not: null } },
    select: { id: true },
  })
  return new Set(kept.map(({ id }) => id))
}

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
      file: {
        select: {
          ...{ id: true, name: true, receivedAt: true, actorName: true, sizeBytes: true },
          ...{ trust: true, trustReason: true, senderDomain: true },
        },
      },
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
  const rows = row.rows.slice(0, ROWS_PER_PAGE).map(({ detail, messageCount, ...item }) => ({
    ...{ ...item, messageCount: Number(messageCount) },
    ...storedDetail.parse(detail),
  }))
  const next = row.rows.length > ROWS_PER_PAGE ? (rows.at(-1)?.position ?? null) : null
  const { totals, deviations, ...metadata } = storedMetadata.parse(row.metadata)
  return {
    ...{ ...row, domain: row.domain.name, messageCount: Number(row.messageCount) },
    ...{ ...totals, deviations, metadata, policy: storedPolicy.parse(row.policy), rows, next },
  }
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
        select: { id: true, receivedAt: true, sourceIp: true, authFailure: true, detail: true, fileId: true },
      },
    },
  })
  if (!own) throw new AppError('NOT_FOUND', 'domain.missing', { name: domain })
  const kept = await db().reportFile.findMany({
    where: { id: { in: own.failureReports.map(({ fileId }) => fileId) }, ...KEPT_FOR_GOOD },
    select: { id: true },
  })
  const keptIds = new Set(kept.map(({ id }) => id))
  const reports = own.failureReports.map(({ detail, ...row }) => ({
    ...{ ...row, ...failureDetail.parse(detail) },
    isMailKept: keptIds.has(row.fileId),
  }))
  return { reports, count: own._count.failureReports }
}

/** Mails of failure reports are kept while they wait to be verified, which is no reason to show them. */
const KEPT_FOR_GOOD = { trust: { not: 'pending' }, original: { not: null } }

/**
 * The file that a report came in, byte for byte as it was given, for download. NOT_FOUND where no report in it is about a
 * domain of the actor's, or it was not kept. A TLS report may speak of others too: those who see only some of the domains
 * get it only where it does not.
 */
export async function requireReportOriginal(
  actor: Actor,
  fileId: string,
  now: Date = systemClock(),
): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  requirePermission(actor, 'report:read')
  const ofOwn = { some: { domain: { AND: [visibleDomains(actor), { deletedAt: null }] } } }
  const row = await db().reportFile.findFirst({
    where: {
      AND: [
        { id: uuidOr404(fileId), state: 'stored' },
        { OR: [{ reports: ofOwn }, { tlsReports: ofOwn }, { failureReports: ofOwn, ...KEPT_FOR_GOOD }] },
      ],
    },
    select: { name: true, kind: true, sizeBytes: true, original: true },
  })
  if (!row?.original) throw new AppError('NOT_FOUND', 'report.missing')
  const bytes = await unpack(row.original, { maxOutputLength: Math.max(1, row.sizeBytes) })
  const isLimited = actor.kind === 'admin' && actor.role === 'domain_admin'
  if (row.kind === 'tls' && isLimited && !(await seesAllPolicyDomains(actor, bytes, now)))
    throw new AppError('NOT_FOUND', 'report.missing')
  return { name: row.name, bytes: Uint8Array.from(bytes) }
}

/** What is no UUID is no report's id: Postgres would refuse the whole query. */
function uuidOr404(id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id
  throw new AppError('NOT_FOUND', 'report.missing')
}
