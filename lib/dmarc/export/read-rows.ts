import 'server-only'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { failing, inPeriod, ofHeaderFrom, trusted } from '@/lib/dmarc/filter-sql'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import type { Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import { readRow, type ReportRow, type StoredRow } from '@/lib/dmarc/report-row'

const REPORTS_AT_ONCE = 200
const ROWS_AT_ONCE = 1_000

interface Report {
  id: string
  day: string
  reporter: string
  trust: string
}

/**
 * The rows of a domain's reports in a period, by day, report and place: a thousand at a time, each read by its key where
 * the one before ended, so that millions take no more memory than those.
 */
export async function* readRows(
  domain: OwnDomain,
  period: Period,
  filter: ReportFilter,
): AsyncGenerator<ReportRow[], void, void> {
  for await (const reports of readReports(domain, period, filter)) {
    let [at, after] = [0, -1]
    for (;;) {
      const rows = await rowsOf(reports.slice(at), after, filter)
      const last = rows.at(-1)
      if (!last) break
      yield rows.map((row) => readRow(row))
      if (rows.length < ROWS_AT_ONCE) break
      at = reports.findIndex(({ id }) => id === last.reportId)
      after = last.position
    }
  }
}

async function* readReports(
  domain: OwnDomain,
  period: Period,
  filter: ReportFilter,
): AsyncGenerator<Report[], void, void> {
  const { reporter } = filter
  const by = reporter === undefined ? Prisma.sql`true` : Prisma.sql`reporter = ${reporter}`
  let last: Report | undefined
  do {
    const rest = last ? Prisma.sql`(day, id) > (${last.day}::date, ${last.id}::uuid)` : Prisma.sql`true`
    const reports = await db().$queryRaw<Report[]>`
      SELECT id, to_char(day, 'YYYY-MM-DD') AS day, reporter, trust FROM dmarc_report
       WHERE ${inPeriod(domain.id, period)} AND ${trusted(filter)} AND ${by} AND ${rest}
       ORDER BY day, id LIMIT ${REPORTS_AT_ONCE}`
    if (reports.length > 0) yield reports
    last = reports.length === REPORTS_AT_ONCE ? reports.at(-1) : undefined
  } while (last)
}

/** Rows of these reports, in their order; of the first one those behind the place `after`. */
function rowsOf(reports: readonly Report[], after: number, filter: ReportFilter): Promise<StoredRow[]> {
  const column = (of: (report: Report) => string) => reports.map(of)
  return db().$queryRaw<StoredRow[]>`
    SELECT p.id AS "reportId", p.reporter, p.trust, to_char(p.day, 'YYYY-MM-DD') AS day, r.position,
           r.source_ip AS "sourceIp", r.message_count::float8 AS messages, r.disposition,
           r.is_dkim_aligned AS "isDkimAligned", r.is_spf_aligned AS "isSpfAligned", r.header_from AS "headerFrom", r.detail
      FROM unnest(${column(({ id }) => id)}::uuid[], ${column(({ day }) => day)}::date[],
             ${column(({ reporter }) => reporter)}::text[], ${column(({ trust }) => trust)}::text[])
             WITH ORDINALITY AS p(id, day, reporter, trust, place)
     CROSS JOIN LATERAL (
       SELECT * FROM dmarc_row WHERE report_id = p.id AND day = p.day AND (p.place > 1 OR position > ${after}::int)
          AND ${failing(filter)} AND ${ofHeaderFrom(filter)}
        ORDER BY position LIMIT ${ROWS_AT_ONCE}) r
     ORDER BY p.place, r.position LIMIT ${ROWS_AT_ONCE}`
}
