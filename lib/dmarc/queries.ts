import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'

const FILES_PER_PAGE = 50
const ROWS_PER_PAGE = 200
const SOURCES = 100
const REPORTERS = 50
const DAY_MS = 86_400_000

/** Files given as reports, newest first; `before` is the id of the last one seen. A domain administrator sees those with a report of a granted domain. */
export async function listReportFiles(actor: Actor, { domain, before }: { domain?: string; before?: string } = {}) {
  requirePermission(actor, 'report:read')
  const ownReports = { reports: { some: { domain: { AND: [visibleDomains(actor), { deletedAt: null }, domain ? { name: domain } : {}] } } } }
  const isLimited = actor.kind === 'admin' && actor.role === 'domain_admin'
  const rows = await db().reportFile.findMany({
    where: { AND: [isLimited || domain !== undefined ? ownReports : {}, before === undefined ? {} : { id: { lt: before } }] },
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
    return { ...file, report: report ? { ...report, domain: report.domain.name, messageCount: Number(report.messageCount) } : null }
  })
  return { files: page, next: rows.length > FILES_PER_PAGE ? (page.at(-1)?.id ?? null) : null }
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
  return { ...row, domain: row.domain.name, messageCount: Number(row.messageCount), rows, next }
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

/** Messages by what became of them: aligned; not aligned and delivered all the same; not aligned and stopped (quarantined or rejected). */
export interface Outcomes {
  aligned: number
  delivered: number
  stopped: number
}

export interface ReportOverview {
  domain: string
  /** First and last day, UTC, `YYYY-MM-DD`. */
  from: string
  to: string
  totals: Outcomes & { messages: number; spfAligned: number; dkimAligned: number; reports: number; sources: number }
  /** Every day of the time, those without a message too; a report counts on the day of the middle of its period. */
  days: (Outcomes & { day: string })[]
  /** The 100 with most messages. */
  sources: SourceTotals[]
  /** The 50 with most messages. */
  reporters: { reporter: string; reports: number; messages: number }[]
}

export interface SourceTotals {
  sourceIp: string
  messages: number
  spfAligned: number
  dkimAligned: number
  aligned: number
  /** Messages by disposition, `unknown` where the reporter did not say. */
  dispositions: { none: number; pass: number; quarantine: number; reject: number; unknown: number }
}

/**
 * Who sent how much as the domain in the last `days` days (1 to 366), and what became of it. NOT_FOUND where the domain is
 * not the actor's.
 */
export async function getReportOverview(
  actor: Actor,
  domainName: string,
  { days = 30, now = systemClock() }: { days?: number; now?: Date } = {},
): Promise<ReportOverview> {
  requirePermission(actor, 'report:read')
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name: domainName, deletedAt: null }] },
    select: { id: true, name: true },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name: domainName })
  const span = Math.min(366, Math.max(1, Math.trunc(days)))
  const last = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  const first = new Date(last - (span - 1) * DAY_MS)
  const [byDay, sources, reporters, counts] = await Promise.all([
    readDays(domain.id, first),
    readSources(domain.id, first),
    readReporters(domain.id, first),
    readCounts(domain.id, first),
  ])
  const dayRows = Array.from({ length: span }, (_item, at) => {
    const day = isoDay(first.getTime() + at * DAY_MS)
    return byDay.get(day) ?? { day, aligned: 0, delivered: 0, stopped: 0 }
  })
  return { domain: domain.name, from: isoDay(first.getTime()), to: isoDay(last), totals: counts, days: dayRows, sources, reporters }
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

async function readDays(domainId: string, first: Date): Promise<Map<string, Outcomes & { day: string }>> {
  const rows = await db().$queryRaw<{ day: string; aligned: bigint; delivered: bigint; stopped: bigint }[]>`
    SELECT to_char((p.begins_at + (p.ends_at - p.begins_at) / 2) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
      coalesce(sum(r.message_count) FILTER (WHERE r.is_dkim_aligned OR r.is_spf_aligned), 0)::bigint AS aligned,
      coalesce(sum(r.message_count) FILTER (WHERE NOT (r.is_dkim_aligned OR r.is_spf_aligned)
        AND r.disposition NOT IN ('quarantine', 'reject')), 0)::bigint AS delivered,
      coalesce(sum(r.message_count) FILTER (WHERE NOT (r.is_dkim_aligned OR r.is_spf_aligned)
        AND r.disposition IN ('quarantine', 'reject')), 0)::bigint AS stopped
    FROM dmarc_report p JOIN dmarc_row r ON r.report_id = p.id
    WHERE p.domain_id = ${domainId}::uuid AND p.begins_at + (p.ends_at - p.begins_at) / 2 >= ${first} AND p.ends_at >= ${first}
    GROUP BY 1`
  return new Map(
    rows.map(({ day, aligned, delivered, stopped }) => [
      day,
      { day, aligned: Number(aligned), delivered: Number(delivered), stopped: Number(stopped) },
    ]),
  )
}

async function readCounts(domainId: string, first: Date): Promise<ReportOverview['totals']> {
  const [row] = await db().$queryRaw<Record<keyof ReportOverview['totals'], bigint>[]>`
    SELECT coalesce(sum(r.message_count), 0)::bigint AS messages,
      coalesce(sum(r.message_count) FILTER (WHERE r.is_dkim_aligned OR r.is_spf_aligned), 0)::bigint AS aligned,
      coalesce(sum(r.message_count) FILTER (WHERE NOT (r.is_dkim_aligned OR r.is_spf_aligned)
        AND r.disposition NOT IN ('quarantine', 'reject')), 0)::bigint AS delivered,
      coalesce(sum(r.message_count) FILTER (WHERE NOT (r.is_dkim_aligned OR r.is_spf_aligned)
        AND r.disposition IN ('quarantine', 'reject')), 0)::bigint AS stopped,
      coalesce(sum(r.message_count) FILTER (WHERE r.is_spf_aligned), 0)::bigint AS "spfAligned",
      coalesce(sum(r.message_count) FILTER (WHERE r.is_dkim_aligned), 0)::bigint AS "dkimAligned",
      count(DISTINCT p.id) AS reports,
      count(DISTINCT r.source_ip) AS sources
    FROM dmarc_report p JOIN dmarc_row r ON r.report_id = p.id
    WHERE p.domain_id = ${domainId}::uuid AND p.begins_at + (p.ends_at - p.begins_at) / 2 >= ${first} AND p.ends_at >= ${first}`
  return {
    messages: Number(row?.messages ?? 0),
    aligned: Number(row?.aligned ?? 0),
    delivered: Number(row?.delivered ?? 0),
    stopped: Number(row?.stopped ?? 0),
    spfAligned: Number(row?.spfAligned ?? 0),
    dkimAligned: Number(row?.dkimAligned ?? 0),
    reports: Number(row?.reports ?? 0),
    sources: Number(row?.sources ?? 0),
  }
}

async function readSources(domainId: string, first: Date): Promise<SourceTotals[]> {
  type Row = Record<'messages' | 'spf' | 'dkim' | 'aligned' | 'none' | 'pass' | 'quarantine' | 'reject', bigint> & { ip: string }
  const rows = await db().$queryRaw<Row[]>`
    SELECT r.source_ip AS ip,
      sum(r.message_count)::bigint AS messages,
      coalesce(sum(r.message_count) FILTER (WHERE r.is_spf_aligned), 0)::bigint AS spf,
      coalesce(sum(r.message_count) FILTER (WHERE r.is_dkim_aligned), 0)::bigint AS dkim,
      coalesce(sum(r.message_count) FILTER (WHERE r.is_dkim_aligned OR r.is_spf_aligned), 0)::bigint AS aligned,
      coalesce(sum(r.message_count) FILTER (WHERE r.disposition = 'none'), 0)::bigint AS none,
      coalesce(sum(r.message_count) FILTER (WHERE r.disposition = 'pass'), 0)::bigint AS pass,
      coalesce(sum(r.message_count) FILTER (WHERE r.disposition = 'quarantine'), 0)::bigint AS quarantine,
      coalesce(sum(r.message_count) FILTER (WHERE r.disposition = 'reject'), 0)::bigint AS reject
    FROM dmarc_report p JOIN dmarc_row r ON r.report_id = p.id
    WHERE p.domain_id = ${domainId}::uuid AND p.begins_at + (p.ends_at - p.begins_at) / 2 >= ${first} AND p.ends_at >= ${first}
    GROUP BY r.source_ip ORDER BY messages DESC, r.source_ip LIMIT ${SOURCES}`
  return rows.map((row) => {
    const [messages, none, pass, quarantine, reject] = [row.messages, row.none, row.pass, row.quarantine, row.reject].map(Number) as [
      number, number, number, number, number,
    ]
    return {
      sourceIp: row.ip,
      messages,
      spfAligned: Number(row.spf),
      dkimAligned: Number(row.dkim),
      aligned: Number(row.aligned),
      dispositions: { none, pass, quarantine, reject, unknown: messages - none - pass - quarantine - reject },
    }
  })
}

async function readReporters(domainId: string, first: Date): Promise<ReportOverview['reporters']> {
  const rows = await db().$queryRaw<{ reporter: string; reports: bigint; messages: bigint }[]>`
    SELECT p.reporter, count(*) AS reports, sum(p.message_count)::bigint AS messages
    FROM dmarc_report p
    WHERE p.domain_id = ${domainId}::uuid AND p.begins_at + (p.ends_at - p.begins_at) / 2 >= ${first} AND p.ends_at >= ${first}
    GROUP BY p.reporter ORDER BY messages DESC, p.reporter LIMIT ${REPORTERS}`
  return rows.map((row) => ({ reporter: row.reporter, reports: Number(row.reports), messages: Number(row.messages) }))
}
