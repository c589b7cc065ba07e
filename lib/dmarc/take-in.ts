import 'server-only'
import { createHash } from 'node:crypto'
import type { Actor } from '@/lib/auth/actor'
import type { Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { domainFinder, headerFromsOf, type OwnDomain } from '@/lib/dmarc/find-domain'
import type { FileRow, RefusedFile, Stored } from '@/lib/dmarc/kept-files'
import { readReportFile, type ReportReading } from '@/lib/dmarc/read-file'
import type { ReportReason } from '@/lib/dmarc/reasons'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'
import { storeReports, type ReportBatch, type StoredBatch } from '@/lib/dmarc/store-reports'
import { contentKind } from '@/lib/dmarc/unpack'
import { logger } from '@/lib/logger/logger'
import type { Edges } from '@/lib/retention/edges'
import { readTakenFrom } from '@/lib/retention/stored'
import { isTooOld } from '@/lib/retention/too-old'
import type { TlsReport } from '@/lib/tlsrpt/parse-report'

const NAME_LENGTH = 255

export interface ImportInput {
  /** As the uploader calls it; shown, never used as a path. */
  name: string
  content: Buffer | AsyncIterable<Uint8Array>
  /** From a mailbox in which other mail lies too: what is no report of any kind is rejected and leaves no row. */
  mayBeOther?: boolean
}

export interface ImportResult {
  name: string
  kind: ReportReading['kind']
  state: 'stored' | 'duplicate' | 'foreign' | 'rejected' | 'failed'
  reason: ReportReason | null
  /** Set when stored: of an aggregate report its own, of others that of the file. */
  reportId: string | null
  domain: string | null
  messages: number | null
}

/** A file as it was given and read; `file` is null where it is too large to have been read to its end. */
export interface Given {
  name: string
  file: FileRow | null
  bytes: Buffer
  reading: ReportReading | null
  mayBeOther: boolean
}

/** Reads a file that somebody gives. */
export async function readGiven(actor: Actor, input: ImportInput, clock: Clock): Promise<Given> {
  const { mayBeOther = false } = input
  const name = printableName(input.name)
  const bytes = await collect(input.content, REPORT_LIMITS.packedBytes)
  // The rest was not read, so there is no hash to know the file by: it leaves no row.
  if (bytes === null) return { name, file: null, bytes: Buffer.alloc(0), reading: null, mayBeOther }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const now = clock()
  const isMail = contentKind([bytes]) === 'mail'
  const mayRetry = actor.kind === 'system' || actor.role !== 'domain_admin'
  const origin = { actorName: actor.name, receivedAt: now, triedAt: now, mayRetry }
  const file = { name, sha256, sizeBytes: bytes.length, isMail, ...origin }
  return { name, file, bytes, reading: await readBytes(bytes, clock), mayBeOther }
}

/** Reads a file again that failed before; it keeps its name, who gave it and when. */
export async function readAgain(
  bytes: Buffer,
  file: Omit<FileRow, 'isMail' | 'triedAt'>,
  clock: Clock,
): Promise<Given> {
  const row = { ...file, isMail: contentKind([bytes]) === 'mail', triedAt: clock() }
  return { name: file.name, file: row, bytes, reading: await readBytes(bytes, clock), mayBeOther: false }
}

/**
 * Stores files together; where that fails, each by itself. One that cannot be stored is `failed`, and kept as that where
 * the database takes at least so much. `actor` decides which domains are its own.
 */
export async function storeGiven(actor: Actor, batch: readonly Given[]): Promise<ImportResult[]> {
  try {
    return await storeTogether(actor, batch)
  } catch (error) {
    logger('dmarc').error({ err: error, files: batch.length }, 'a batch of reports could not be stored')
    const [only] = batch
    if (batch.length > 1 || !only) {
      const results: ImportResult[] = []
      for (const given of batch) results.push(...(await storeGiven(actor, [given])))
      return results
    }
    await keepFailed(only)
    return [outcome(only.name, { state: 'failed', kind: only.reading?.kind ?? null, reason: 'unexpected' })]
  }
}

async function keepFailed({ file, bytes, reading }: Given): Promise<void> {
  if (!file) return
  const failed: RefusedFile = { file, bytes, state: 'failed', kind: reading?.kind ?? null, reason: 'unexpected' }
  try {
    await storeReports({ aggregates: [], tls: [], failures: [], refused: [failed] })
  } catch (error) {
    logger('dmarc').error({ err: error }, 'a report that could not be stored could not be kept for later either')
  }
}

async function storeTogether(actor: Actor, given: readonly Given[]): Promise<ImportResult[]> {
  const domainOf = domainFinder(actor)
  const takenFrom = await readTakenFrom(db())
  const batch: ReportBatch = { aggregates: [], tls: [], failures: [], refused: [] }
  const results: ((stored: StoredBatch) => ImportResult)[] = []
  for (const one of given) {
    const { name, file, reading } = one
    if (file && reading) results.push(await sortIn(batch, { ...one, file, reading }, { domainOf, takenFrom }))
    else results.push(() => outcome(name, { state: 'rejected', kind: null, reason: 'too-large' }))
  }
  const isEmpty = batch.aggregates.length + batch.tls.length + batch.failures.length + batch.refused.length === 0
  const stored = isEmpty ? { aggregates: [], tls: [], failures: [] } : await storeReports(batch)
  return results.map((result) => result(stored))
}

type ReadFile = Given & { file: FileRow; reading: ReportReading }
type DomainOf = ReturnType<typeof domainFinder>

/** Puts a file where it belongs in the batch; what it gives says what became of the file once that is stored. */
async function sortIn(
  batch: ReportBatch,
  { name, file, bytes, reading, mayBeOther }: ReadFile,
  { domainOf, takenFrom }: { domainOf: DomainOf; takenFrom: Edges },
): Promise<(stored: StoredBatch) => ImportResult> {
  const { kind } = reading
  const refuse = (state: RefusedFile['state'], reason: ReportReason) => {
    const isOther = mayBeOther && state === 'rejected' && kind === null
    if (!isOther) batch.refused.push({ file, bytes, state, kind, reason })
    return () => outcome(name, { state, kind, reason })
  }
  if (reading.state !== 'valid') return refuse(reading.state, reading.reason)
  if (isTooOld(reading, takenFrom)) return refuse('rejected', 'too-old')
  if (reading.kind === 'tls') {
    const parts = await tlsParts(reading.report, domainOf)
    const [first] = parts
    if (!first) return refuse('foreign', 'foreign-domain')
    const { domain } = first
    const at = batch.tls.push({ file, bytes, domain, report: reading.report, parts }) - 1
    return ({ tls }) => storedOutcome({ name, kind, domain, messages: null }, tls[at])
  }
  const domain = await subjectOf(reading, domainOf)
  if (!domain) return refuse('foreign', 'foreign-domain')
  if (reading.kind === 'failure') {
    const at = batch.failures.push({ file, bytes, domain, report: reading.report }) - 1
    return ({ failures }) => storedOutcome({ name, kind, domain, messages: null }, failures[at])
  }
  const { messages } = reading.report.totals
  const at = batch.aggregates.push({ file, bytes, domain, report: reading.report }) - 1
  return ({ aggregates }) => storedOutcome({ name, kind, domain, messages }, aggregates[at])
}

/** The domain of ours that a report about DMARC speaks of. */
async function subjectOf(
  reading: Extract<ReportReading, { kind: 'aggregate' | 'failure'; state: 'valid' }>,
  domainOf: DomainOf,
): Promise<OwnDomain | null> {
  if (reading.kind === 'aggregate') return domainOf(reading.report.policy.domain, headerFromsOf(reading.report))
  const { reportedDomain, originalFromDomain, dkimDomain } = reading.report
  const about = reportedDomain ?? originalFromDomain ?? dkimDomain
  return about === null ? null : domainOf(about)
}

/** What a TLS report says of each policy domain that is ours; what it says of others is nobody's here. */
async function tlsParts({ policies }: TlsReport, domainOf: DomainOf) {
  const parts = []
  for (const [policyDomain, own] of Map.groupBy(policies, ({ domain }) => domain)) {
    const domain = policyDomain === null ? null : await domainOf(policyDomain)
    if (domain && policyDomain !== null) parts.push({ domain, domainId: domain.id, policyDomain, policies: own })
  }
  return parts
}

function storedOutcome(
  { name, kind, domain, messages }: Pick<ImportResult, 'name' | 'kind' | 'messages'> & { domain: OwnDomain },
  stored: Stored | undefined,
): ImportResult {
  if (!stored) throw new Error('a report without a result')
  const { reportId, duplicateOf } = stored
  if (duplicateOf !== null) return outcome(name, { state: 'duplicate', kind, reason: duplicateOf })
  return { name, kind, state: 'stored', reason: null, reportId, domain: domain.name, messages }
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

async function readBytes(bytes: Buffer, clock: Clock): Promise<ReportReading> {
  try {
    return await readReportFile(bytes, { now: clock().getTime() })
  } catch (error) {
    // A bug of ours must not lose the rest of a batch; the file can be given again once it is mended.
    logger('dmarc').error({ err: error }, 'reading a report failed')
    return { kind: null, state: 'failed', reason: 'unexpected', detail: null, report: null }
  }
}
