import 'server-only'
import { createHash } from 'node:crypto'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { domainFinder } from '@/lib/dmarc/find-domain'
import { readReportFile, type ReportReading } from '@/lib/dmarc/read-file'
import type { ReportReason } from '@/lib/dmarc/reasons'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'
import { storeReports, type FileRow, type OwnReport, type RefusedFile, type Stored } from '@/lib/dmarc/store-reports'
import { logger } from '@/lib/logger/logger'

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

/** Files of which a batch is stored together: so many, or as soon as they hold so much. */
const BATCH_FILES = 64
const BATCH_RECORDS = 5_000

/**
 * Takes in one file as a report. Whatever its content, the result says what became of it; the stored file row is the trace
 * of who gave it. Reports about domains that the actor may not see are `foreign`, as if they were nobody's. What the
 * database does not take is `failed` (and logged), and may be given again. Throws only FORBIDDEN.
 */
export async function importReport(
  actor: Actor,
  input: ImportInput,
  clock: Clock = systemClock,
): Promise<ImportResult> {
  for await (const result of importReports(actor, [input], clock)) return result
  throw new Error('a file without a result')
}

/** The same for many, with a result for each in their order. They are stored in batches; one that fails stops no other. */
export async function* importReports(
  actor: Actor,
  inputs: Iterable<ImportInput> | AsyncIterable<ImportInput>,
  clock: Clock = systemClock,
): AsyncGenerator<ImportResult> {
  requirePermission(actor, 'report:write')
  let batch: Given[] = []
  let records = 0
  // While one batch is being stored the next is read.
  let storing: Promise<ImportResult[]> = Promise.resolve([])
  for await (const input of inputs) {
    const given = await read(actor, input, clock)
    batch.push(given)
    records += given.reading?.kind === 'aggregate' ? (given.reading.report?.records.length ?? 0) : 0
    if (batch.length < BATCH_FILES && records < BATCH_RECORDS) continue
    yield* await storing
    storing = storeBatch(actor, batch)
    // It is waited for in a moment; until then its failure is not nobody's.
    storing.catch(() => undefined)
    batch = []
    records = 0
  }
  yield* await storing
  yield* await storeBatch(actor, batch)
}

/** A file as it was given and read; `file` is null where it is too large to have been read to its end. */
interface Given {
  name: string
  file: FileRow | null
  bytes: Buffer
  reading: ReportReading | null
}

async function read(actor: Actor, input: ImportInput, clock: Clock): Promise<Given> {
  const name = printableName(input.name)
  const bytes = await collect(input.content, REPORT_LIMITS.packedBytes)
  // The rest was not read, so there is no hash to know the file by: it leaves no row.
  if (bytes === null) return { name, file: null, bytes: Buffer.alloc(0), reading: null }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = { name, sha256, sizeBytes: bytes.length, actorName: actor.name, receivedAt: clock() }
  return { name, file, bytes, reading: await readBytes(bytes, clock) }
}

async function storeBatch(actor: Actor, batch: readonly Given[]): Promise<ImportResult[]> {
  try {
    return await storeTogether(actor, batch)
  } catch (error) {
    logger('dmarc').error({ err: error, files: batch.length }, 'a batch of reports could not be stored')
    const [only] = batch
    if (batch.length > 1 || !only) {
      const results: ImportResult[] = []
      for (const given of batch) results.push(...(await storeBatch(actor, [given])))
      return results
    }
    return [outcome(only.name, { state: 'failed', kind: only.reading?.kind ?? null, reason: 'unexpected' })]
  }
}

async function storeTogether(actor: Actor, batch: readonly Given[]): Promise<ImportResult[]> {
  const domainOf = domainFinder(actor)
  const own: OwnReport[] = []
  const refused: RefusedFile[] = []
  const results: (() => ImportResult)[] = []
  let stored: Stored[] = []
  for (const { name, file, bytes, reading } of batch) {
    if (!file || !reading) {
      results.push(() => outcome(name, { state: 'rejected', kind: null, reason: 'too-large' }))
      continue
    }
    const why = await whyNot(reading, domainOf)
    if ('reason' in why) {
      const { state, reason } = why
      refused.push({ file, state, kind: reading.kind, reason })
      results.push(() => outcome(name, { state, kind: reading.kind, reason }))
      continue
    }
    const at = own.push({ file, bytes, ...why }) - 1
    results.push(() => storedOutcome(name, why, stored[at]))
  }
  if (own.length + refused.length > 0) stored = await storeReports(own, refused)
  return results.map((result) => result())
}

type Refusal = Pick<RefusedFile, 'state' | 'reason'>

/** Whose report it is, or why it is not stored. */
async function whyNot(
  reading: ReportReading,
  domainOf: ReturnType<typeof domainFinder>,
): Promise<Refusal | Pick<OwnReport, 'domain' | 'report'>> {
  if (reading.state !== 'valid') return { state: reading.state, reason: reading.reason }
  if (reading.kind !== 'aggregate') return { state: 'rejected', reason: 'kind-not-stored' }
  const domain = await domainOf(reading.report)
  return domain ? { domain, report: reading.report } : { state: 'foreign', reason: 'foreign-domain' }
}

function storedOutcome(
  name: string,
  { domain, report }: Pick<OwnReport, 'domain' | 'report'>,
  stored: Stored | undefined,
): ImportResult {
  if (!stored) throw new Error('a report without a result')
  const { reportId, duplicateOf } = stored
  if (duplicateOf !== null) return outcome(name, { state: 'duplicate', kind: 'aggregate', reason: duplicateOf })
  const kept = { reportId, domain: domain.name, messages: report.totals.messages }
  return { name, state: 'stored', kind: 'aggregate', reason: null, ...kept }
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
