import 'server-only'
import type { Tx } from '@/lib/db/client'
import { OUTCOMES } from '@/lib/dmarc/filter-sql'
import { monthSum, rollUp, type DaySum, type SourceSum, type SummedReport } from '@/lib/dmarc/roll-up'

const ROWS_PER_INSERT = 1_000

/** Whoever writes sums of reports waits here for whoever does, until the transaction ends: two never wait for each other crosswise. */
export async function lockSums(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('dmarc.store', 0))`
}

/** Adds the rows of reports to all sums. */
export async function addSums(tx: Tx, reports: readonly SummedReport[]): Promise<void> {
  const { days, sources } = rollUp(reports)
  await addDays(tx, days)
  for (let at = 0; at < sources.length; at += ROWS_PER_INSERT)
    await addSources(tx, sources.slice(at, at + ROWS_PER_INSERT))
}

/** Takes the rows of reports out of the sums of the trust that they have, and adds them to those of another. */
export async function moveSums(tx: Tx, reports: readonly SummedReport[], trust: string): Promise<void> {
  const taken = reports.map((report) => ({
    ...report,
    records: report.records.map((record) => ({ ...record, count: -record.count })),
  }))
  await addSums(tx, [...taken, ...reports.map((report) => ({ ...report, trust }))])
  const domainIds = [...new Set(reports.map(({ domainId }) => domainId))]
  const days = [...new Set(reports.map(({ day }) => day))]
  await tx.$executeRaw`
    DELETE FROM dmarc_day WHERE domain_id = ANY(${domainIds}::uuid[]) AND day = ANY(${days}::date[]) AND message_count = 0`
  await tx.$executeRaw`
    DELETE FROM dmarc_domain_day WHERE domain_id = ANY(${domainIds}::uuid[]) AND day = ANY(${days}::date[])
       AND aligned = 0 AND delivered = 0 AND stopped = 0`
  await tx.$executeRaw`
    DELETE FROM dmarc_source_month
     WHERE domain_id = ANY(${domainIds}::uuid[]) AND month = ANY(${days.map((day) => monthSum(day, 0).month)}::date[]) AND sent[31] = 0`
}

async function addDays(tx: Tx, days: readonly DaySum[]): Promise<void> {
  if (days.length === 0) return
  await tx.$executeRaw`
    INSERT INTO dmarc_day AS d (domain_id, day, reporter, trust, is_dkim_aligned, is_spf_aligned, disposition, override, message_count)
    SELECT * FROM jsonb_to_recordset(${JSON.stringify(days)}::jsonb) AS r(domain_id uuid, day date, reporter text, trust text,
      is_dkim_aligned boolean, is_spf_aligned boolean, disposition text, override text, message_count bigint)
    ON CONFLICT (domain_id, day, reporter, trust, is_dkim_aligned, is_spf_aligned, disposition, override)
    DO UPDATE SET message_count = d.message_count + EXCLUDED.message_count`
  await tx.$executeRaw`
    INSERT INTO dmarc_domain_day AS d (day, domain_id, trust, aligned, delivered, stopped)
    SELECT day, domain_id, trust, ${OUTCOMES}
      FROM jsonb_to_recordset(${JSON.stringify(days)}::jsonb) AS r(domain_id uuid, day date, trust text,
        is_dkim_aligned boolean, is_spf_aligned boolean, disposition text, message_count bigint)
     GROUP BY 1, 2, 3
    ON CONFLICT (day, domain_id, trust) DO UPDATE
      SET aligned = d.aligned + EXCLUDED.aligned, delivered = d.delivered + EXCLUDED.delivered, stopped = d.stopped + EXCLUDED.stopped`
}

/** The identity is made here, as in the migration that first made sums. */
async function addSources(tx: Tx, sources: readonly SourceSum[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO dmarc_source_month AS s (domain_id, month, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned,
      disposition, override, header_from, dkim, spf, sent)
    SELECT domain_id, month, source_ip,
           md5(concat_ws(E'\\x1f', trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from,
             array_to_string(dkim, E'\\x1e'), spf)),
           trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf, sent
      FROM jsonb_to_recordset(${JSON.stringify(sources)}::jsonb) AS r(domain_id uuid, month date, source_ip text, trust text,
        is_dkim_aligned boolean, is_spf_aligned boolean, disposition text, override text, header_from text, dkim text[],
        spf text, sent bigint[])
    ON CONFLICT (domain_id, month, source_ip, identity) DO UPDATE
      SET sent = ARRAY(SELECT a + b FROM unnest(s.sent, EXCLUDED.sent) WITH ORDINALITY AS t(a, b, n) ORDER BY n)`
}
