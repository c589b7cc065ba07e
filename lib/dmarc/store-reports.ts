import 'server-only'
import { db, type Tx } from '@/lib/db/client'
import { contentHash } from '@/lib/dmarc/content-hash'
import {
  firstOf,
  isNew,
  keepFiles,
  keptFile,
  packed,
  refusedFile,
  storedFiles,
  trustOf,
  withIds,
  type OwnFile,
  type RefusedFile,
  type Stored,
} from '@/lib/dmarc/kept-files'
import { ensurePartitions } from '@/lib/dmarc/partitions'
import type { SummedReport } from '@/lib/dmarc/roll-up'
import { reporterOf, type AggregateRecord, type AggregateReport } from '@/lib/dmarc/schema'
import { createFailureReports, type OwnFailureReport } from '@/lib/dmarc/store-failures'
import { addSums, lockSums } from '@/lib/dmarc/store-sums'
import { createTlsReports, findTlsDuplicates, type OwnTlsReport } from '@/lib/tlsrpt/store-reports'

const ROWS_PER_INSERT = 1_000
const DAY_MS = 86_400_000

/** A DMARC report about a domain of ours. */
export interface OwnReport extends OwnFile {
  report: AggregateReport
}

/** What is stored together. */
export interface ReportBatch {
  aggregates: OwnReport[]
  tls: OwnTlsReport[]
  failures: OwnFailureReport[]
  refused: RefusedFile[]
}

/** What became of each, in their order. */
export type StoredBatch = Record<'aggregates' | 'tls' | 'failures', Stored[]>

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
    contentSha256: contentHash(report),
  }
}

type ReportKey = ReturnType<typeof keyOf>
type KeyedReport = OwnReport & { key: ReportKey }

const keyText = ({ beginsAt, endsAt, ...rest }: ReportKey) =>
  JSON.stringify([rest.reporter, rest.reportId, rest.policyDomain, +beginsAt, +endsAt, rest.contentSha256])

/**
 * Stores files and reports in one transaction: all of them or, where it throws, none. Reports are stored once, whatever
 * the file (same reporter, id, domain, period and content) and however many come at once; sums are kept with them. A file that was
 * refused before is refused anew or stored; a stored one stays. A mail is `pending` until it is verified
 * (lib/dmarc/trust), until when the original of a failure report is kept too.
 */
export async function storeReports({ tls, failures, refused, ...batch }: ReportBatch): Promise<StoredBatch> {
  const aggregates = batch.aggregates.map((own) => ({ ...own, key: keyOf(own.report) }))
  const [originals, tlsOriginals, failureOriginals, refusedFiles] = await Promise.all([
    Promise.all(aggregates.map(packed)),
    Promise.all(tls.map(packed)),
    Promise.all(failures.map(packed)),
    Promise.all(refused.map(refusedFile)),
  ])
  return db().$transaction(
    async (tx) => {
      await lockSums(tx)
      const known = await storedFiles(tx, [...aggregates, ...tls, ...failures])
      const results = {
        aggregates: await findDuplicates(tx, aggregates, known),
        tls: await findTlsDuplicates(tx, tls, known),
        failures: failures.map(({ file }) => firstOf(known, file.sha256)),
      }
      const files = await keepFiles(tx, [
        ...aggregates.map(({ file }, at) => keptFile('aggregate', file, results.aggregates[at], originals[at])),
        ...tls.map(({ file }, at) => keptFile('tls', file, results.tls[at], tlsOriginals[at])),
        ...failures.map(({ file }, at) => keptFile('failure', file, results.failures[at], failureOriginals[at])),
        ...refusedFiles,
      ])
      const fresh = aggregates.filter(isNew(results.aggregates))
      const ids = await createReports(tx, fresh, files)
      await insertRows(tx, fresh, ids)
      await addSums(tx, fresh.map(summed))
      const tlsIds = await createTlsReports(tx, tls.filter(isNew(results.tls)), files)
      const failureIds = await createFailureReports(tx, failures.filter(isNew(results.failures)), files)
      return {
        aggregates: withIds(results.aggregates, ids),
        tls: withIds(results.tls, tlsIds),
        failures: withIds(results.failures, failureIds),
      }
    },
    { maxWait: 60_000, timeout: 120_000 },
  )
}

/** Of a report that was stored before content was compared: it stands for whatever has the rest of its key. */
const NOT_COMPARED = ''

async function findDuplicates(tx: Tx, own: readonly KeyedReport[], files: Set<string>): Promise<Stored[]> {
  const keys = own.map(({ key }) => key)
  const rows = await tx.$queryRaw<ReportKey[]>`
    SELECT reporter, report_id AS "reportId", policy_domain AS "policyDomain", begins_at AS "beginsAt", ends_at AS "endsAt",
           content_sha256 AS "contentSha256"
      FROM dmarc_report
     WHERE (reporter, report_id, policy_domain, begins_at, ends_at) IN (
       SELECT * FROM unnest(${keys.map((key) => key.reporter)}::text[], ${keys.map((key) => key.reportId)}::text[],
         ${keys.map((key) => key.policyDomain)}::text[], ${keys.map((key) => key.beginsAt)}::timestamptz[],
         ${keys.map((key) => key.endsAt)}::timestamptz[]))`
  const known = new Set(rows.map(keyText))
  return own.map(({ file, key }) => {
    const isKnown = known.has(keyText(key)) || known.has(keyText({ ...key, contentSha256: NOT_COMPARED }))
    if (!files.has(file.sha256) && isKnown) return { reportId: null, duplicateOf: 'duplicate-report' }
    known.add(keyText(key))
    return firstOf(files, file.sha256)
  })
}

const summed = ({ file, domain, report }: OwnReport): SummedReport => ({
  ...{ domainId: domain.id, day: isoDay(dayOf(report)), trust: trustOf(file) },
  ...{ reporter: reporterOf(report.metadata), records: report.records },
})

async function createReports(tx: Tx, fresh: readonly KeyedReport[], files: Map<string, string>): Promise<string[]> {
  if (fresh.length === 0) return []
  const created = await tx.dmarcReport.createManyAndReturn({
    data: fresh.map(({ file, domain, report, key }) => ({
      ...{ ...key, fileId: files.get(file.sha256) ?? '', domainId: domain.id, day: dayOf(report) },
      ...{ ...describe(report), messageCount: report.totals.messages, trust: trustOf(file) },
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
