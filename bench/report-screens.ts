/**
 * The screens of reports over 10,000,000 rows: 100 domains, 90 days, ten reporters. The largest domain has 2,000,000 rows,
 * from eight addresses of our own and 3,000 others; the others have 300 each beside ours.
 *
 * Needs: database
 */
import { measure, type Row } from '@/bench/report'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { getAllDomains } from '@/lib/dmarc/all-domains/overview'
import { getReportOverview } from '@/lib/dmarc/overview'
import { ensurePartitions } from '@/lib/dmarc/partitions'
import { getSource, getSourceList, getWhatIf } from '@/lib/dmarc/sources/queries'

const DOMAINS = 100
const DAYS = 90
const REPORTERS = 10
const LARGE_ROWS = 2_000_000
const ALL_ROWS = 10_000_000
const RUNS = 30
const WARM_UPS = 3
const BOUND_MS = 150
const DAY_MS = 86_400_000

const LARGE = 'd1.bench.test'
const SMALL = 'd50.bench.test'
const perReport = (rows: number, domains: number) => Math.round(rows / domains / DAYS / REPORTERS)

/** Rows as reports bring them, and the sums of them: each sender once in a report, own mail aligned, most other mail not. */
async function seed(): Promise<number> {
  const today = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS)
  const days = Array.from({ length: DAYS }, (_item, at) => new Date(today.getTime() - at * DAY_MS))
  await db().$transaction((tx) => ensurePartitions(tx, days))
  await db().$executeRaw`
    INSERT INTO domain (id, name, tags) SELECT gen_random_uuid(), 'd' || n || '.bench.test', '{}' FROM generate_series(1, ${DOMAINS}::int) n`
  await db().$executeRaw`
    INSERT INTO report_file (id, name, sha256, kind, state, size_bytes, actor_name) VALUES (gen_random_uuid(), 'f', 'f', 'aggregate', 'stored', 1, 'bench')`
  await db().$executeRaw`
    INSERT INTO dmarc_report (id, file_id, domain_id, policy_domain, reporter, report_id, begins_at, ends_at, day, policy, metadata, message_count)
    SELECT gen_random_uuid(), f.id, d.id, d.name, 'reporter' || r || '.test', d.name || k || '-' || r, day, day + interval '1 day', day,
           '{}', '{"totals":{"records":1,"unreadableRecords":0},"deviations":[]}', 1
      FROM domain d, report_file f, generate_series(1, ${REPORTERS}::int) r, generate_series(0, ${DAYS - 1}::int) k,
           LATERAL (SELECT ${today}::date - k AS day) t`
  // What is looked up or sorted in for every single row is made once for all of them.
  await db().$executeRaw`ALTER TABLE dmarc_row DROP CONSTRAINT dmarc_row_report_id_fkey, DROP CONSTRAINT dmarc_row_pkey`
  await db().$executeRaw`DROP INDEX dmarc_row_domain_id_source_ip_day_idx`
  const [large, small] = [perReport(LARGE_ROWS, 1), perReport(ALL_ROWS - LARGE_ROWS, DOMAINS - 1)]
  for (const day of days)
    await db().$executeRaw`
      INSERT INTO dmarc_row (report_id, domain_id, day, position, source_ip, message_count, disposition, is_dkim_aligned, is_spf_aligned, header_from, detail)
      SELECT p.id, p.domain_id, p.day, i,
             CASE WHEN is_own THEN '192.0.2.' || i ELSE '198.' || 18 + place / 65536 || '.' || place / 256 % 256 || '.' || place % 256 END,
             1 + dice % 50, CASE WHEN is_own OR dice % 3 = 0 THEN 'none' WHEN dice % 3 = 1 THEN 'reject' ELSE 'quarantine' END,
             is_own OR dice % 11 = 0, is_own, p.policy_domain,
             '{"reasons":[],"envelopeFrom":null,"envelopeTo":null,"dkimResults":[],"spfResults":[],"extensions":[]}'
        FROM dmarc_report p
        CROSS JOIN LATERAL (SELECT CASE p.policy_domain WHEN ${LARGE} THEN ${large}::int ELSE ${small}::int END AS rows,
                                   CASE p.policy_domain WHEN ${LARGE} THEN 3000 ELSE 300 END AS pool) n
        CROSS JOIN LATERAL generate_series(0, n.rows - 1) i
        CROSS JOIN LATERAL (SELECT hashtext(p.report_id || i) & 1048575 AS dice, i < 8 AS is_own) h
        CROSS JOIN LATERAL (SELECT (i * 7 + (hashtext(p.report_id) & 1048575)) % pool AS place) s
       WHERE p.day = ${day}::date`
  await db().$executeRaw`ALTER TABLE dmarc_row ADD PRIMARY KEY (report_id, position, day)`
  await db().$executeRaw`CREATE INDEX ON dmarc_row (domain_id, source_ip, day)`
  await db().$executeRaw`
    INSERT INTO dmarc_day
    SELECT r.domain_id, r.day, p.reporter, p.trust, is_dkim_aligned, is_spf_aligned, disposition, '', sum(r.message_count)
      FROM dmarc_row r JOIN dmarc_report p ON p.id = r.report_id GROUP BY 1, 2, 3, 4, 5, 6, 7`
  await db().$executeRaw`
    INSERT INTO dmarc_domain_day
    SELECT day, domain_id, trust, coalesce(sum(message_count) FILTER (WHERE is_dkim_aligned OR is_spf_aligned), 0),
           coalesce(sum(message_count) FILTER (WHERE NOT is_dkim_aligned AND NOT is_spf_aligned AND disposition = 'none'), 0),
           coalesce(sum(message_count) FILTER (WHERE NOT is_dkim_aligned AND NOT is_spf_aligned AND disposition <> 'none'), 0)
      FROM dmarc_day GROUP BY 1, 2, 3`
  await db().$executeRaw`
    INSERT INTO dmarc_source_month (domain_id, month, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf, sent)
    SELECT domain_id, month, source_ip, md5(concat_ws('x', is_dkim_aligned, is_spf_aligned, disposition, header_from)), 'none',
           is_dkim_aligned, is_spf_aligned, disposition, '', header_from,
           CASE WHEN is_dkim_aligned THEN ARRAY['pass ' || header_from || ' s1'] ELSE ARRAY[]::text[] END,
           CASE WHEN is_spf_aligned THEN 'pass ' || header_from ELSE 'pass elsewhere.test' END,
           ARRAY(SELECT coalesce(sum(c) FILTER (WHERE d < month + n), 0)::bigint
                   FROM generate_series(1, 31) n CROSS JOIN unnest(days, counts) AS x(d, c) GROUP BY n ORDER BY n)
      FROM (SELECT domain_id, date_trunc('month', day)::date AS month, source_ip, is_dkim_aligned, is_spf_aligned, disposition,
                   header_from, array_agg(day) AS days, array_agg(message_count) AS counts
              FROM dmarc_row GROUP BY 1, 2, 3, 4, 5, 6, 7) m`
  await db().$executeRaw`VACUUM ANALYZE`
  const [sums] = await db().$queryRaw<{ count: number }[]>`SELECT sum(message_count)::float8 AS count FROM dmarc_row`
  return sums?.count ?? 0
}

async function times(work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let index = -WARM_UPS; index < RUNS; index++) {
    const startedAt = performance.now()
    await work()
    if (index >= 0) samples.push(performance.now() - startedAt)
  }
  return samples
}

const actor = systemActor('bench')
const messages = await seed()
console.log(`${messages} messages`)
const reject = { p: 'reject', sp: null, np: null, adkim: 'r', aspf: 'r' } as const
const screens: [string, string, () => Promise<unknown>][] = [
  ['all domains', '30 days', () => getAllDomains(actor, { days: 30 })],
  ['all domains', '90 days', () => getAllDomains(actor, { days: 90 })],
]
for (const name of [LARGE, SMALL])
  for (const days of [30, 90]) {
    const size = `${name === LARGE ? 'largest' : 'other'} domain, ${days} days`
    const { sources } = await getSourceList(actor, name, { days })
    const key = sources[9]?.key ?? ''
    screens.push(
      ['overview', size, () => getReportOverview(actor, name, { days })],
      ['sources', size, () => getSourceList(actor, name, { days })],
      ['one source', size, () => getSource(actor, name, key, { days })],
      ['what if', size, () => getWhatIf(actor, name, reject, { days })],
    )
  }
const rows: Row[] = []
for (const [what, size, work] of screens) rows.push({ what, size, samples: await times(work), bound: BOUND_MS })
measure('report-screens', rows)
await db().$disconnect()
process.exit()
