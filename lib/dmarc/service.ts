import 'server-only'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db, type Tx } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { matchDomain, selfAndParents } from '@/lib/dmarc/match-domain'
import { readReportFile, type ReportReading } from '@/lib/dmarc/read-file'
import type { ReportReason } from '@/lib/dmarc/reasons'
import { REPORT_LIMITS, reporterOf, type AggregateRecord, type AggregateReport } from '@/lib/dmarc/schema'
import { logger } from '@/lib/logger/logger'

const compress = promisify(gzip)
const ROWS_PER_INSERT = 1_000
const NAME_LENGTH = 255

export interface ImportInput {
  /** As the uploader calls it; shown, never used as a path. */
  name: string
  content: Buffer | AsyncIterable<Uint8Array>
}

export interface ImportResult {
  name: string
  kind: ReportReading['kind']
  state: 'stored' | 'duplicate' | 'foreign' | 'rejected' | 'failed'
  reason: ReportReason | null
  /** Set when stored. */
  reportId: string | null
  domain: string | null
  messages: number | null
}

/**
 * Takes in one file as a report. Whatever its content, the result says what became of it; the stored file row is the trace
 * of who gave it. Reports about domains that the actor may not see are `foreign`, as if they were nobody's. Throws only
 * FORBIDDEN, and what the database throws.
 */
export async function importReport(
  actor: Actor,
  input: ImportInput,
  clock: Clock = systemClock,
): Promise<ImportResult> {
  requirePermission(actor, 'report:write')
  const name = printableName(input.name)
  const bytes = await collect(input.content, REPORT_LIMITS.packedBytes)
  // The rest was not read, so there is no hash to know the file by: it leaves no row.
  if (bytes === null) return outcome(name, { state: 'rejected', kind: null, reason: 'too-large' })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const known = await db().reportFile.findUnique({ where: { sha256 }, select: { state: true, kind: true } })
  // Any other state may be different today: the domain is ours now, or the actor is another.
  if (known?.state === 'stored') {
    return outcome(name, { state: 'duplicate', kind: 'aggregate', reason: 'duplicate-file' })
  }
  const reading = await read(bytes, clock)
  const file: FileRow = { name, sha256, sizeBytes: bytes.length, actorName: actor.name, receivedAt: clock() }
  if (reading.state !== 'valid') return refuse(file, reading.state, reading.kind, reading.reason)
  if (reading.kind !== 'aggregate') return refuse(file, 'rejected', reading.kind, 'kind-not-stored')
  const domain = await findDomain(actor, reading.report)
  if (!domain) return refuse(file, 'foreign', 'aggregate', 'foreign-domain')
  const original = Uint8Array.from(await compress(bytes))
  return store(file, original, domain, reading.report)
}

interface FileRow {
  name: string
  sha256: string
  sizeBytes: number
  actorName: string
  receivedAt: Date
}

function outcome(name: string, result: Pick<ImportResult, 'state' | 'kind' | 'reason'>): ImportResult {
  return { name, reportId: null, domain: null, messages: null, ...result }
}

function printableName(name: string): string {
  return (
    name
      .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd')
      .toWellFormed()
      .slice(0, NAME_LENGTH)
      .toWellFormed() || 'report'
  )
}

async function collect(content: ImportInput['content'], maxBytes: number): Promise<Buffer | null> {
  if (Buffer.isBuffer(content)) return content.length > maxBytes ? null : content
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

async function read(bytes: Buffer, clock: Clock): Promise<ReportReading> {
  try {
    return await readReportFile(bytes, { now: clock().getTime() })
  } catch (error) {
    // A bug of ours must not lose the rest of a batch; the file can be given again once it is mended.
    logger('dmarc').error({ err: error }, 'reading a report failed')
    return { kind: null, state: 'failed', reason: 'unexpected', detail: null, report: null }
  }
}

async function refuse(
  file: FileRow,
  state: 'rejected' | 'failed' | 'foreign',
  kind: ReportReading['kind'],
  reason: ReportReason,
): Promise<ImportResult> {
  await keepFile(db(), { ...file, state, kind, reason, original: null })
  return outcome(file.name, { state, kind, reason })
}

type FileState = FileRow & {
  state: string
  kind: string | null
  reason: string | null
  original: Uint8Array<ArrayBuffer> | null
}

/** The row of the file, new or as it is after another try; a stored one is never changed. */
async function keepFile(tx: Tx, file: FileState): Promise<string> {
  const row = await tx.reportFile.upsert({
    where: { sha256: file.sha256, state: { not: 'stored' } },
    create: file,
    update: file,
    select: { id: true },
  })
  return row.id
}

interface OwnDomain {
  id: string
  name: string
}

async function findDomain(actor: Actor, report: AggregateReport): Promise<OwnDomain | null> {
  const policyDomain = report.policy.domain
  const headerFroms = new Set(report.records.map((record) => record.headerFrom).filter((from) => from !== ''))
  const names = { OR: [{ name: { in: selfAndParents(policyDomain) } }, { name: { endsWith: `.${policyDomain}` } }] }
  const domains = await db().domain.findMany({
    where: {
      AND: [
        visibleDomains(actor),
        { deletedAt: null },
        { OR: [names, { aliasesOf: { some: { AND: [{ deletedAt: null }, names] } } }] },
      ],
    },
    select: { id: true, name: true, aliasesOf: { where: { deletedAt: null }, select: { name: true } } },
    take: 1_000,
  })
  const own = domains.flatMap((domain) =>
    [domain.name, ...domain.aliasesOf.map((alias) => alias.name)].map((name) => ({ name, domainId: domain.id })),
  )
  const domainId = matchDomain(policyDomain, headerFroms, own)
  return domains.find((domain) => domain.id === domainId) ?? null
}

async function store(
  file: FileRow,
  original: Uint8Array<ArrayBuffer>,
  domain: OwnDomain,
  report: AggregateReport,
): Promise<ImportResult> {
  const key = {
    reporter: reporterOf(report.metadata),
    reportId: report.metadata.reportId,
    policyDomain: report.policy.domain,
    beginsAt: new Date(report.metadata.begin * 1000),
    endsAt: new Date(report.metadata.end * 1000),
  }
  try {
    const stored = await db().$transaction(
      async (tx) => {
        const fileId = await keepFile(tx, { ...file, state: 'stored', kind: 'aggregate', reason: null, original })
        const row = await tx.dmarcReport.create({
          data: { ...key, fileId, domainId: domain.id, ...describe(report), messageCount: report.totals.messages },
          select: { id: true },
        })
        await insertRows(tx, row.id, report.records)
        return row
      },
      { maxWait: 10_000, timeout: 60_000 },
    )
    const { messages } = report.totals
    return {
      name: file.name,
      kind: 'aggregate',
      state: 'stored',
      reason: null,
      reportId: stored.id,
      domain: domain.name,
      messages,
    }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    // Either the same file came twice at once, or the same report came in another file: both are decided by the database.
    const twin = await db().reportFile.findFirst({
      where: { sha256: file.sha256, state: 'stored' },
      select: { id: true },
    })
    if (twin) return outcome(file.name, { state: 'duplicate', kind: 'aggregate', reason: 'duplicate-file' })
    await keepFile(db(), { ...file, state: 'duplicate', kind: 'aggregate', reason: 'duplicate-report', original: null })
    return outcome(file.name, { state: 'duplicate', kind: 'aggregate', reason: 'duplicate-report' })
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
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
 * Writes the rows of a report. Each chunk is one JSON parameter that Postgres takes apart itself: with a parameter a column,
 * as `createMany` has it, a large report takes many times as long.
 */
async function insertRows(tx: Tx, reportId: string, records: readonly AggregateRecord[]): Promise<void> {
  for (let at = 0; at < records.length; at += ROWS_PER_INSERT) {
    const rows = records.slice(at, at + ROWS_PER_INSERT).map((record, index) => rowOf(at + index, record))
    await tx.$executeRaw`
      INSERT INTO dmarc_row (report_id, position, source_ip, message_count, disposition, is_dkim_aligned, is_spf_aligned,
        header_from, detail)
      SELECT ${reportId}::uuid, position, source_ip, message_count, disposition, is_dkim_aligned, is_spf_aligned,
        header_from, detail
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(position int, source_ip text, message_count bigint,
        disposition text, is_dkim_aligned boolean, is_spf_aligned boolean, header_from text, detail jsonb)`
  }
}

function rowOf(position: number, record: AggregateRecord) {
  const { sourceIp, count, disposition, dkim, spf, headerFrom, ...detail } = record
  return {
    position,
    source_ip: sourceIp,
    message_count: count,
    disposition,
    is_dkim_aligned: dkim === 'pass',
    is_spf_aligned: spf === 'pass',
    header_from: headerFrom,
    detail,
  }
}
