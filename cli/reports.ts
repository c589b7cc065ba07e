import { open } from 'node:fs/promises'
import { readReportFile, type ReportReading } from '@/lib/dmarc/read-file'
import { REPORT_REASONS } from '@/lib/dmarc/reasons'
import { REPORT_LIMITS, reporterOf } from '@/lib/dmarc/schema'

/** Where a command writes. */
export interface CommandIo {
  out: (text: string) => void
  err: (text: string) => void
}

const USAGE = `Usage: posthouse reports parse <file…> [--json]

Reads DMARC aggregate reports, DMARC failure reports and TLS reports: XML or JSON, plain, in gzip or zip, or a mail with
one of them. Needs no database and stores nothing.

  --json    one JSON object a line: file, kind (aggregate, failure, tls or null), state (valid, rejected, failed),
            reason (a code, null when valid), message (the reason in English), detail, report
  --        what follows are file names, whatever they begin with

Exit code: 0 when every file is valid, 1 when one is rejected or failed, 2 when the command was not understood.
`

/** `posthouse reports …`. Returns the exit code: 0 all valid, 1 some rejected or failed, 2 not understood. */
export async function reportsCommand(args: string[], io: CommandIo): Promise<number> {
  const [verb, ...rest] = args
  if (
    verb === '--help' ||
    verb === '-h' ||
    rest.slice(0, endOfOptions(rest)).some((arg) => arg === '--help' || arg === '-h')
  ) {
    io.out(USAGE)
    return 0
  }
  const options = rest.slice(0, endOfOptions(rest))
  const files = [...options.filter((arg) => !arg.startsWith('--')), ...rest.slice(options.length + 1)]
  const unknown = options.find((arg) => arg.startsWith('--') && arg !== '--json')
  if (verb !== 'parse' || unknown !== undefined || files.length === 0) {
    const said = verb === undefined ? 'a command is missing' : verb !== 'parse' ? `unknown command: ${verb}` : null
    io.err(
      `posthouse reports: ${said ?? (unknown === undefined ? 'a file is missing' : `unknown option: ${unknown}`)}\n\n${USAGE}`,
    )
    return 2
  }
  let exitCode = 0
  for (const file of files) {
    const reading = await readPath(file)
    if (reading.state !== 'valid') exitCode = 1
    io.out(`${options.includes('--json') ? asJson(file, reading) : asText(file, reading)}\n`)
  }
  return exitCode
}

function endOfOptions(args: string[]): number {
  const at = args.indexOf('--')
  return at === -1 ? args.length : at
}

/** Reads one file of at most 30 MiB; what the system says about a file it cannot give is `failed`, not `rejected`. */
async function readPath(path: string): Promise<ReportReading> {
  let bytes: Buffer
  try {
    bytes = await readBounded(path, REPORT_LIMITS.packedBytes + 1)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return { kind: null, state: 'failed', reason: 'file-unreadable', detail, report: null }
  }
  try {
    return await readReportFile(bytes, { now: Date.now() })
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: null, state: 'failed', reason: 'unexpected', detail, report: null }
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of file.createReadStream({ end: maxBytes - 1, autoClose: false }) as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
    }
    return Buffer.concat(chunks, size)
  } finally {
    await file.close()
  }
}

function asJson(file: string, reading: ReportReading): string {
  const { kind, state, reason, detail, report } = reading
  return JSON.stringify({ file, kind, state, reason, message: reason && REPORT_REASONS[reason], detail, report })
}

/** Control characters of a file's name or of a report must not reach a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd')
}

function asText(file: string, reading: ReportReading): string {
  const name = printable(file)
  if (reading.state !== 'valid') {
    const detail = reading.detail === null ? '' : ` (${printable(reading.detail)})`
    return `${name}: ${reading.state}: ${REPORT_REASONS[reading.reason]}${detail} [${reading.reason}]`
  }
  return `${name}: ${printable(summary(reading))}`
}

function summary(reading: Extract<ReportReading, { state: 'valid' }>): string {
  if (reading.kind === 'failure') {
    const { reportedDomain, sourceIp } = reading.report
    return `failure report about ${reportedDomain ?? 'an unnamed domain'}, mail from ${sourceIp ?? 'an unnamed address'}`
  }
  if (reading.kind === 'tls') {
    const { organizationName, totals } = reading.report
    return `TLS report of ${organizationName || 'an unnamed reporter'}: ${totals.successfulSessions} sessions succeeded, ${totals.failedSessions} failed`
  }
  const { metadata, policy, totals } = reading.report
  const unreadable = totals.unreadableRecords === 0 ? '' : `, ${totals.unreadableRecords} of them unreadable`
  return `aggregate report of ${reporterOf(metadata)} about ${policy.domain}: ${totals.messages} messages in ${totals.records} records${unreadable}`
}
