import { isFailureReport, parseFailureReport, type FailureReport } from '@/lib/dmarc/failure-report'
import { mailParts, type MailPart } from '@/lib/dmarc/mail-parts'
import { parseAggregateReport } from '@/lib/dmarc/parse-report'
import { ReportRefused, type ReportReason } from '@/lib/dmarc/reasons'
import { REPORT_LIMITS, type AggregateReport, type ReportLimits } from '@/lib/dmarc/schema'
import { contentKind, unpack, type Unpacked } from '@/lib/dmarc/unpack'
import { parseTlsReport, type TlsReport } from '@/lib/tlsrpt/parse-report'

const MAX_CANDIDATES = 10

/** What became of one file. `rejected`: the file is not, or not safely, a report; `failed`: reading it went wrong. */
export type ReportReading =
  | { kind: 'aggregate'; state: 'valid'; reason: null; detail: null; report: AggregateReport }
  | { kind: 'failure'; state: 'valid'; reason: null; detail: null; report: FailureReport }
  | { kind: 'tls'; state: 'valid'; reason: null; detail: null; report: TlsReport }
  | NotRead

export interface NotRead {
  kind: 'aggregate' | 'failure' | 'tls' | null
  state: 'rejected' | 'failed'
  reason: ReportReason
  detail: string | null
  report: null
}

export interface ReadOptions {
  /** Milliseconds since 1970. */
  now: number
  limits?: ReportLimits
}

/**
 * Reads whatever was sent as a report: XML or JSON, plain, in gzip (even twice) or zip, or any of it in a mail. Told by
 * content, never by name. Never throws for what the bytes are.
 */
export async function readReportFile(bytes: Buffer, options: ReadOptions): Promise<ReportReading> {
  const limits = options.limits ?? REPORT_LIMITS
  if (bytes.length > limits.packedBytes) return refused(null, new ReportRefused('too-large'))
  if (contentKind([bytes]) === 'mail') return readMail(bytes, options.now, limits)
  return (await readDocument(bytes, options.now, limits)).reading
}

function refused(kind: NotRead['kind'], error: unknown): NotRead {
  if (!(error instanceof ReportRefused)) throw error
  return { kind, state: 'rejected', reason: error.reason, detail: error.detail, report: null }
}

interface Document {
  reading: ReportReading
  layers: Unpacked['layers']
  size: number
}

async function readDocument(bytes: Buffer, now: number, limits: ReportLimits): Promise<Document> {
  let unpacked: Unpacked
  try {
    unpacked = await unpack(bytes, limits)
  } catch (error) {
    return { reading: refused(null, error), layers: [], size: limits.unpackedBytes }
  }
  const { chunks, layers } = unpacked
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  return { reading: await readContent(chunks, now, limits), layers, size }
}

async function readContent(chunks: readonly Buffer[], now: number, limits: ReportLimits): Promise<ReportReading> {
  const content = contentKind(chunks)
  if (content === 'empty') return refused(null, new ReportRefused('empty'))
  if (content === 'xml') {
    try {
      const report = await parseAggregateReport(chunks, { now, maxRecords: limits.records })
      return { kind: 'aggregate', state: 'valid', reason: null, detail: null, report }
    } catch (error) {
      const isOther = error instanceof ReportRefused && error.reason === 'xml-other'
      return refused(!isOther && mentions(chunks, 'feedback') ? 'aggregate' : null, error)
    }
  }
  if (content === 'json') {
    try {
      return {
        kind: 'tls',
        state: 'valid',
        reason: null,
        detail: null,
        report: parseTlsReport(chunks, { now, limits }),
      }
    } catch (error) {
      return refused(mentions(chunks, 'organization-name') || mentions(chunks, 'policies') ? 'tls' : null, error)
    }
  }
  return refused(null, new ReportRefused('not-a-report'))
}

function mentions(chunks: readonly Buffer[], word: string): boolean {
  return chunks.some((chunk) => chunk.includes(word) || chunk.includes(Buffer.from(word, 'utf16le')))
}

async function readMail(bytes: Buffer, now: number, limits: ReportLimits): Promise<ReportReading> {
  let kind: NotRead['kind'] = null
  try {
    const mail = mailParts(bytes)
    if (isFailureReport(mail)) {
      kind = 'failure'
      return { kind, state: 'valid', reason: null, detail: null, report: parseFailureReport(mail) }
    }
    const candidates = mail.parts.filter((part) => isCandidate(part))
    if (candidates.length > MAX_CANDIDATES) throw new ReportRefused('mail-too-complex', 'too many attachments')
    return await readCandidates(candidates, now, limits)
  } catch (error) {
    return refused(kind, error)
  }
}

/** The one report among the attachments; of several that are none, the words about the one that came nearest. */
async function readCandidates(candidates: MailPart[], now: number, limits: ReportLimits): Promise<ReportReading> {
  let left = limits.unpackedBytes
  let valid: ReportReading | null = null
  let nearest: ReportReading | null = null
  const seen: Buffer[] = []
  for (const part of candidates) {
    if (seen.some((other) => other.equals(part.bytes))) continue
    seen.push(part.bytes)
    const { reading, layers, size } = await readDocument(part.bytes, now, { ...limits, unpackedBytes: left })
    left = Math.max(0, left - size)
    if (reading.state !== 'valid') {
      if (nearest === null || (nearest.kind === null && reading.kind !== null)) nearest = reading
      continue
    }
    if (valid) throw new ReportRefused('several-reports')
    if (reading.kind === 'aggregate') noteType(part, layers[0], reading.report)
    valid = reading
  }
  return valid ?? nearest ?? refused(null, new ReportRefused('mail-without-report'))
}

const ARCHIVE_TYPE =
  /^application\/(x-)?(gzip|gunzip|zip|zip-compressed|tlsrpt\+gzip|tlsrpt\+json|xml|json|octet-stream)$/

/** Attachments that may hold a report. Text counts only when it names a report's own element or field. */
function isCandidate(part: MailPart): boolean {
  const kind = contentKind([part.bytes])
  if (kind === 'gzip' || kind === 'zip') return true
  if (kind === 'xml')
    return part.type === 'text/html' ? false : !part.type.startsWith('text/') || mentions([part.bytes], 'feedback')
  if (kind === 'json') return !part.type.startsWith('text/') || mentions([part.bytes], 'organization-name')
  return ARCHIVE_TYPE.test(part.type)
}

function noteType(part: MailPart, layer: 'gzip' | 'zip' | undefined, report: AggregateReport): void {
  const said = /g(un)?zip/.test(part.type) ? 'gzip' : part.type.includes('zip') ? 'zip' : null
  if (said === null || said === layer) return
  report.deviations.push({
    code: 'archive-type',
    count: 1,
    sample: `${part.type}: ${layer ?? 'not an archive'}`.slice(0, 100),
  })
}
