import 'server-only'
import { z } from 'zod'
import { db, type Tx } from '@/lib/db/client'
import type { SummedRecord, SummedReport } from '@/lib/dmarc/roll-up'
import { lockSums, moveSums } from '@/lib/dmarc/store-sums'
import type { Verdict } from '@/lib/dmarc/trust/verdict'

const ROWS_AT_ONCE = 5_000

/** The verdict on the mail that a file is. */
export interface FileVerdict extends Verdict {
  fileId: string
  /** When a pending one is verified again. */
  nextTryAt: Date | null
  /** Originals of failure reports hold other people's mail: they go once there is nothing left to verify. */
  dropsOriginal: boolean
}

/**
 * Writes what was found out about mails: on the file, on its reports, and in the sums, whose messages move from the trust
 * that they had to the new one. One transaction, which waits for whoever stores reports. What is no longer pending stays.
 */
export async function storeVerdicts(verdicts: readonly FileVerdict[]): Promise<void> {
  if (verdicts.length === 0) return
  await db().$transaction(
    async (tx) => {
      await lockSums(tx)
      const changed = await writeFiles(tx, verdicts)
      for (const trust of ['verified', 'unverified'] as const) {
        const fileIds = changed.filter((file) => file.trust === trust).map(({ id }) => id)
        await changeReports(tx, fileIds, trust)
      }
    },
    { maxWait: 60_000, timeout: 120_000 },
  )
}

async function writeFiles(tx: Tx, verdicts: readonly FileVerdict[]): Promise<{ id: string; trust: string }[]> {
  const rows = verdicts.map(({ fileId, trust, reason, senderDomain, nextTryAt, dropsOriginal }) => ({
    ...{ id: fileId, trust, reason, sender: senderDomain, next: nextTryAt, drops: dropsOriginal },
  }))
  return tx.$queryRaw`
    UPDATE report_file f SET trust = v.trust, trust_reason = v.reason, sender_domain = v.sender, next_try_at = v.next,
           original = CASE WHEN v.drops THEN NULL ELSE f.original END
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS v(id uuid, trust text, reason text, sender text, next timestamptz, drops boolean)
     WHERE f.id = v.id AND f.trust = 'pending'
    RETURNING f.id, f.trust`
}

type ReportPlace = Omit<SummedReport, 'records'> & { id: string }

async function changeReports(tx: Tx, fileIds: readonly string[], trust: string): Promise<void> {
  if (fileIds.length === 0) return
  const reports = await tx.$queryRaw<ReportPlace[]>`
    SELECT id, domain_id AS "domainId", day::text, reporter, trust FROM dmarc_report
     WHERE file_id = ANY(${fileIds}::uuid[]) AND trust <> ${trust}`
  const places = new Map(reports.map((report) => [report.id, report]))
  for await (const rows of rowsOf(tx, reports)) {
    const byReport = Map.groupBy(rows, ({ reportId }) => reportId)
    const summed = [...byReport].flatMap(([id, records]) => {
      const place = places.get(id)
      return place ? [{ ...place, records }] : []
    })
    await moveSums(tx, summed, trust)
  }
  await tx.dmarcReport.updateMany({ where: { id: { in: [...places.keys()] } }, data: { trust } })
}

interface Row {
  reportId: string
  position: number
  sourceIp: string
  messageCount: bigint
  disposition: SummedRecord['disposition']
  isDkimAligned: boolean
  isSpfAligned: boolean
  headerFrom: string
  detail: unknown
}

/** What of the rest of a row its sums are made of. */
const detailSchema = z.object({
  reasons: z.array(z.object({ type: z.custom<SummedRecord['reasons'][number]['type']>() })),
  dkimResults: z.array(z.custom<SummedRecord['dkimResults'][number]>()),
  spfResults: z.array(z.custom<SummedRecord['spfResults'][number]>()),
})

const alignment = (is: boolean) => (is ? 'pass' : 'fail')

function recordOf(row: Row): SummedRecord & { reportId: string } {
  const { reportId, sourceIp, disposition, headerFrom } = row
  return {
    ...{ reportId, sourceIp, disposition, headerFrom, count: Number(row.messageCount) },
    ...{ dkim: alignment(row.isDkimAligned), spf: alignment(row.isSpfAligned) },
    ...detailSchema.parse(row.detail),
  }
}

/** The rows of reports, some thousand at a time. */
async function* rowsOf(tx: Tx, reports: readonly ReportPlace[]) {
  const ids = reports.map(({ id }) => id)
  const days = [...new Set(reports.map(({ day }) => day))]
  let last = { reportId: '00000000-0000-0000-0000-000000000000', position: -1 }
  for (;;) {
    const rows = await tx.$queryRaw<Row[]>`
      SELECT report_id AS "reportId", position, source_ip AS "sourceIp", message_count AS "messageCount", disposition,
             is_dkim_aligned AS "isDkimAligned", is_spf_aligned AS "isSpfAligned", header_from AS "headerFrom", detail
        FROM dmarc_row
       WHERE report_id = ANY(${ids}::uuid[]) AND day = ANY(${days}::date[])
         AND (report_id, position) > (${last.reportId}::uuid, ${last.position}::int)
       ORDER BY report_id, position LIMIT ${ROWS_AT_ONCE}`
    if (rows.length > 0) yield rows.map(recordOf)
    const end = rows.at(-1)
    if (!end || rows.length < ROWS_AT_ONCE) return
    last = end
  }
}
