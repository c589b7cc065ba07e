import 'server-only'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { db, type Tx } from '@/lib/db/client'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import { ensurePartitions } from '@/lib/dmarc/partitions'
import { rollUp, type DaySum, type SourceSum } from '@/lib/dmarc/roll-up'
import type { ReportReason } from '@/lib/dmarc/reasons'
import { reporterOf, type AggregateRecord, type AggregateReport } from '@/lib/dmarc/schema'

const compress = promisify(gzip)
const ROWS_PER_INSERT = 1_000
const DAY_MS = 86_400_000

/** What a file's row says of it. */
export interface FileRow {
  name: string
  sha256: string
  sizeBytes: number
  actorName: string
  receivedAt: Date
}

/** A file that is no report of ours, with why. */
export interface RefusedFile {
  file: FileRow
  state: 'rejected' | 'failed' | 'foreign'
  kind: string | null
  reason: ReportReason
}

/** A report of a domain of ours, with the file it came in. */
export interface OwnReport {
  file: FileRow
  bytes: Buffer
  domain: OwnDomain
  report: AggregateReport
}

/** What became of an own report: its id, or of what it is a duplicate. */
export type Stored =
  { reportId: string; duplicateOf: null } | { reportId: null; duplicateOf: 'duplicate-file' | 'duplicate-report' }

/** The day (UTC) on which a report counts: that of the middle of its period. */
export function dayOf({ metadata: { begin, end } }: AggregateReport): Date {
  return new Date(Math.floor(((begin + end) * 500) / DAY_MS) * DAY_MS)
}

const isoDay = (day: Date) => day.toISOString().slice(0, 10)

function keyOf(report: AggregateReport) {
  const { metadata, policy } = report
  return {
    reporter: reporterOf(metadata),
    reportId: metadata.reportId,
    policyDomain: policy.domain,
    beginsAt: new Date(metadata.begin * 1000),
    endsAt: new Date(metadata.end * 1000),
  }
}

type ReportKey = ReturnType<typeof keyOf>

const keyText = ({ beginsAt, endsAt, ...rest }: ReportKey) =>
  JSON.stringify([rest.reporter, rest.reportId, rest.policyDomain, beginsAt.getTime(), endsAt.getTime()])

/**
 * Stores files and reports in one transaction: all of them or, where it throws, none. Reports are stored once, whatever
 * the file (same reporter, id, domain and period) and however many come at once; sums are kept with them. The results
 * are in the order of `own`. A file that was refused before is refused anew or stored; a stored one stays.
 */
export async function storeReports(own: readonly OwnReport[], refused: readonly RefusedFile[]): Promise<Stored[]> {
  const originals = await Promise.all(own.map(async ({ bytes }) => Uint8Array.from(await compress(bytes))))
  return db().$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('dmarc.store', 0))`
      const results = await findDuplicates(tx, own)
      const isNew = (_item: unknown, at: number) => results[at]?.duplicateOf === null
      const files = await keepFiles(tx, own, originals, results, refused)
      const fresh = own.filter(isNew)
      const ids = await createReports(tx, fresh, files)
      await insertRows(tx, fresh, ids)
      await addSums(tx, fresh)
      const left = [...ids]
      return results.map((result) =>
        result.duplicateOf === null ? { ...result, reportId: left.shift() ?? '' } : result,
      )
    },
    { maxWait: 60_000, timeout: 120_000 },
  )
}

async function findDuplicates(tx: Tx, own: readonly OwnReport[]): Promise<Stored[]> {
  const keys = own.map(({ report }) => keyOf(report))
  const hashes = own.map(({ file }) => file.sha256)
  const stored = await tx.reportFile.findMany({
    where: { sha256: { in: hashes }, state: 'stored' },
    select: { sha256: true },
  })
  const rows = await tx.$queryRaw<ReportKey[]>`
    SELECT reporter, report_id AS "reportId", policy_domain AS "policyDomain", begins_at AS "beginsAt", ends_at AS "endsAt"
      FROM dmarc_report
     WHERE (reporter, report_id, policy_domain, begins_at, ends_at) IN (
       SELECT * FROM unnest(${keys.map((key) => key.reporter)}::text[], ${keys.map((key) => key.reportId)}::text[],
         ${keys.map((key) => key.policyDomain)}::text[], ${keys.map((key) => key.beginsAt)}::timestamptz[],
         ${keys.map((key) => key.endsAt)}::timestamptz[]))`
  const files = new Set(stored.map(({ sha256 }) => sha256))
  const reports = new Set(rows.map(keyText))
  return own.map(({ file, report }) => {
    const key = keyText(keyOf(report))
    const duplicateOf = files.has(file.sha256) ? 'duplicate-file' : reports.has(key) ? 'duplicate-report' : null
    if (duplicateOf !== null) return { reportId: null, duplicateOf }
    files.add(file.sha256)
    reports.add(key)
    return { reportId: '', duplicateOf }
  })
}

/** Writes the rows of the files; gives the ids of the stored ones by their hash. */
async function keepFiles(
  tx: Tx,
  own: readonly OwnReport[],
  originals: readonly Uint8Array<ArrayBuffer>[],
  results: readonly Stored[],
  refused: readonly RefusedFile[],
): Promise<Map<string, string>> {
  const reasonOf = (at: number) => results[at]?.duplicateOf ?? null
  const rows = [
    ...own.map(({ file }, at) => ({
      ...{ ...file, kind: 'aggregate', state: reasonOf(at) === null ? 'stored' : 'duplicate' },
      ...{ reason: reasonOf(at), original: reasonOf(at) === null ? (originals[at] ?? null) : null },
    })),
    ...refused.map(({ file, state, kind, reason }) => ({ ...file, state, kind, reason, original: null })),
  ]
  // The same file twice in a batch leaves one row, and that of what was stored.
  const byHash = new Map(rows.toReversed().map((row) => [row.sha256, row]))
  for (const row of rows) if (row.state === 'stored') byHash.set(row.sha256, row)
  await tx.reportFile.deleteMany({ where: { sha256: { in: [...byHash.keys()] }, state: { not: 'stored' } } })
  const created = await tx.reportFile.createManyAndReturn({
    data: [...byHash.values()],
    skipDuplicates: true,
    select: { id: true, sha256: true },
  })
  return new Map(created.map(({ id, sha256 }) => [sha256, id]))
}

async function createReports(tx: Tx, fresh: readonly OwnReport[], files: Map<string, string>): Promise<string[]> {
  if (fresh.length === 0) return []
  const created = await tx.dmarcReport.createManyAndReturn({
    data: fresh.map(({ file, domain, report }) => ({
      ...{ ...keyOf(report), fileId: files.get(file.sha256) ?? '', domainId: domain.id, day: dayOf(report) },
      ...{ ...describe(report), messageCount: report.totals.messages },
    })),
    select: { id: true, fileId: true },
  })
  const byFile = new Map(created.map(({ id, fileId }) => [fileId, id]))
  return fresh.map(({ file }) => byFile.get(files.get(file.sha256) ?? '') ?? '')
}

/** What the report says beside its rows, for the JSON columns. */
function describe(report: AggregateReport): { policy: object; metadata: object } {
  const { format, namespace, version, policy, metadata, totals, unreadable, deviations, extensions } = report
  return {
    policy,
    metadata: { ...metadata, format, namespace, version, totals, unreadable, deviations, extensions },
  }
}

/**
 * Writes the rows of reports. Each chunk is one JSON parameter that Postgres takes apart itself: with a parameter a column,
 * as `createMany` has it, a large report takes many times as long.
 */
async function insertRows(tx: Tx, fresh: readonly OwnReport[], ids: readonly string[]): Promise<void> {
  const days = fresh.map(({ report }) => dayOf(report))
  await ensurePartitions(tx, days)
  for (const chunk of chunksOf(fresh, ids)) {
    await tx.$executeRaw`
      INSERT INTO dmarc_row (report_id, domain_id, day, position, source_ip, message_count, disposition, is_dkim_aligned,
        is_spf_aligned, header_from, detail)
      SELECT report_id, domain_id, day, position, source_ip, message_count, disposition, is_dkim_aligned, is_spf_aligned,
        header_from, detail
      FROM jsonb_to_recordset(${JSON.stringify(chunk)}::jsonb) AS r(report_id uuid, domain_id uuid, day date, position int,
        source_ip text, message_count bigint, disposition text, is_dkim_aligned boolean, is_spf_aligned boolean,
        header_from text, detail jsonb)`
  }
}

function* chunksOf(fresh: readonly OwnReport[], ids: readonly string[]): Generator<ReturnType<typeof rowOf>[]> {
  let chunk: ReturnType<typeof rowOf>[] = []
  for (const [at, { report, domain }] of fresh.entries()) {
    const place = { report_id: ids[at] ?? '', domain_id: domain.id, day: isoDay(dayOf(report)) }
    for (const [position, record] of report.records.entries()) {
      chunk.push(rowOf(place, position, record))
      if (chunk.length < ROWS_PER_INSERT) continue
      yield chunk
      chunk = []
    }
  }
  if (chunk.length > 0) yield chunk
}

function rowOf(
  place: { report_id: string; domain_id: string; day: string },
  position: number,
  { sourceIp, count, disposition, dkim, spf, headerFrom, ...detail }: AggregateRecord,
) {
  return {
    ...{ ...place, position, source_ip: sourceIp, message_count: count, disposition, header_from: headerFrom, detail },
    ...{ is_dkim_aligned: dkim === 'pass', is_spf_aligned: spf === 'pass' },
  }
}

async function addSums(tx: Tx, fresh: readonly OwnReport[]): Promise<void> {
  const { days, sources } = rollUp(
    fresh.map(({ domain, report }) => ({
      ...{ domainId: domain.id, day: isoDay(dayOf(report)), trust: 'none' },
      ...{ reporter: reporterOf(report.metadata), records: report.records },
    })),
  )
  await addDays(tx, days)
  for (let at = 0; at < sources.length; at += ROWS_PER_INSERT)
    await addSources(tx, sources.slice(at, at + ROWS_PER_INSERT))
}

async function addDays(tx: Tx, days: readonly DaySum[]): Promise<void> {
  if (days.length === 0) return
  await tx.$executeRaw`
    INSERT INTO dmarc_day AS d (domain_id, day, reporter, trust, is_dkim_aligned, is_spf_aligned, disposition, override, message_count)
    SELECT * FROM jsonb_to_recordset(${JSON.stringify(days)}::jsonb) AS r(domain_id uuid, day date, reporter text, trust text,
      is_dkim_aligned boolean, is_spf_aligned boolean, disposition text, override text, message_count bigint)
    ON CONFLICT (domain_id, day, reporter, trust, is_dkim_aligned, is_spf_aligned, disposition, override)
    DO UPDATE SET message_count = d.message_count + EXCLUDED.message_count`
}

/** The identity is made here, as in the migration that first made sums. */
async function addSources(tx: Tx, sources: readonly SourceSum[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO dmarc_source_day AS s (domain_id, day, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned,
      disposition, override, header_from, dkim, spf, message_count)
    SELECT domain_id, day, source_ip,
           md5(concat_ws(E'\\x1f', trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from,
             array_to_string(dkim, E'\\x1e'), spf)),
           trust, is_dkim_aligned, is_spf_aligned, disposition, override, header_from, dkim, spf, message_count
      FROM jsonb_to_recordset(${JSON.stringify(sources)}::jsonb) AS r(domain_id uuid, day date, source_ip text, trust text,
        is_dkim_aligned boolean, is_spf_aligned boolean, disposition text, override text, header_from text, dkim text[],
        spf text, message_count bigint)
    ON CONFLICT (domain_id, day, source_ip, identity) DO UPDATE SET message_count = s.message_count + EXCLUDED.message_count`
}
