import 'server-only'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { failing, inPeriod, ofHeaderFrom } from '@/lib/dmarc/filter-sql'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import type { Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import { readRow, type ReportRow, type StoredRow } from '@/lib/dmarc/report-row'

const ROWS = 100
/** Rows of the addresses that are looked at for one page: an address may send as several sources. */
const MOST_BATCHES = 10

/** A place in the rows of addresses, newest day first: `2026-11-22.<report>.<position>`. */
export interface RowCursor {
  day: string
  reportId: string
  position: number
}

export interface RowPage {
  rows: ReportRow[]
  /** Where the next page begins, for {@link parseRowCursor}; null where this is the last. */
  next: string | null
}

/** The cursor of a query; null where it is none. */
export function parseRowCursor(text: string | undefined): RowCursor | null {
  const parts = /^(\d{4}-\d{2}-\d{2})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})$/.exec(text ?? '')
  const [, day = '', reportId = '', position = ''] = parts ?? []
  return parts && !Number.isNaN(Date.parse(day)) ? { day, reportId, position: Number(position) } : null
}

const cursorText = ({ day, reportId, position }: RowCursor): string => `${day}.${reportId}.${position}`

/**
 * A page of at most 100 rows of these addresses for which `isWanted` holds, newest day first. Each address is walked by
 * its index and no further than needed, however many rows it has.
 */
export async function readSourceRows(
  domain: OwnDomain,
  period: Period,
  filter: ReportFilter,
  ips: readonly string[],
  { after, isWanted }: { after: RowCursor | null; isWanted: (row: ReportRow) => boolean },
): Promise<RowPage> {
  const found: ReportRow[] = []
  let last = after
  for (let batch = 0; batch < MOST_BATCHES; batch++) {
    const rows = (await readBatch(domain, period, filter, ips, last)).map(readRow)
    for (const row of rows) {
      if (found.length === ROWS) return { rows: found, next: last && cursorText(last) }
      last = row
      if (isWanted(row) && !(filter.withoutUnverified && row.trust === 'unverified')) found.push(row)
    }
    if (rows.length <= ROWS) return { rows: found, next: null }
  }
  return { rows: found, next: last && cursorText(last) }
}

function readBatch(
  domain: OwnDomain,
  period: Period,
  filter: ReportFilter,
  ips: readonly string[],
  after: RowCursor | null,
): Promise<StoredRow[]> {
  const rest = after
    ? Prisma.sql`day <= ${after.day}::date AND (day, report_id, position) < (${after.day}::date, ${after.reportId}::uuid, ${after.position}::int)`
    : Prisma.sql`true`
  return db().$queryRaw<StoredRow[]>`
    SELECT r.report_id AS "reportId", p.reporter, p.trust, to_char(r.day, 'YYYY-MM-DD') AS day, r.position,
           r.source_ip AS "sourceIp", r.message_count::float8 AS messages, r.disposition,
           r.is_dkim_aligned AS "isDkimAligned", r.is_spf_aligned AS "isSpfAligned", r.header_from AS "headerFrom", r.detail
      FROM (SELECT one.* FROM unnest(${[...ips]}::text[]) AS a(ip) CROSS JOIN LATERAL (
              SELECT * FROM dmarc_row WHERE ${inPeriod(domain.id, period)} AND source_ip = a.ip AND ${rest}
                 AND ${failing(filter)} AND ${ofHeaderFrom(filter)}
               ORDER BY day DESC, report_id DESC, position DESC LIMIT ${ROWS + 1}) one
             ORDER BY one.day DESC, one.report_id DESC, one.position DESC LIMIT ${ROWS + 1}) r
      JOIN dmarc_report p ON p.id = r.report_id
     ORDER BY r.day DESC, r.report_id DESC, r.position DESC`
}
