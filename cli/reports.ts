import { basename } from 'node:path'
import { readArgs } from '@/cli/args'
import { UsageError, type Io } from '@/cli/command'
import { systemActor } from '@/lib/auth/actor'
import { readReportFile, type ReportReading } from '@/lib/dmarc/read-file'
import { REPORT_REASONS } from '@/lib/dmarc/reasons'
import type { ImportResult } from '@/lib/dmarc/service'
import { reportItems, type ReportItem } from '@/lib/dmarc/report-files'
import { REPORT_LIMITS, reporterOf } from '@/lib/dmarc/schema'

const POSITIONALS = { least: 1, most: Number.POSITIVE_INFINITY }

/** `posthouse reports parse <path…> [--json]`: reads and stores nothing. 0: all valid, 1: some rejected or failed. */
export async function reportsParse(args: string[], io: Io): Promise<number> {
  const { positionals, values } = readArgs(args, { json: { type: 'boolean' } }, POSITIONALS)
  let exitCode = 0
  for await (const item of reportItems(positionals, REPORT_LIMITS.packedBytes)) {
    const reading = await readItem(item)
    if (reading.state !== 'valid') exitCode = 1
    io.out(`${values.json ? asJson(item.file, reading) : asText(item.file, reading)}\n`)
  }
  return exitCode
}

/** `posthouse reports import <path…> [--json]`: stores them. 0: none rejected or failed, 1: some. */
export async function reportsImport(args: string[], io: Io): Promise<number> {
  const { positionals, values } = readArgs(args, { json: { type: 'boolean' } }, POSITIONALS)
  const { importReports } = await import('@/lib/dmarc/service')
  const counts = new Map<string, number>()
  const say = (file: string, { kind, state, reason, domain, messages, reportId }: Omit<ImportResult, 'name'>) => {
    counts.set(state, (counts.get(state) ?? 0) + 1)
    if (values.json) io.out(`${JSON.stringify({ file, kind, state, reason, domain, messages, reportId })}\n`)
    else io.out(`${resultText(file, { state, reason })}\n`)
  }
  // They are stored in batches, so results come later than the files were read: here is what is still to be said.
  const given: ReportItem['file'][] = []
  async function* inputs() {
    for await (const { file, content } of reportItems(positionals, REPORT_LIMITS.packedBytes)) {
      if ('words' in content) say(file, UNREADABLE)
      else {
        given.push(file)
        yield { name: basename(file), content }
      }
    }
  }
  for await (const result of importReports(systemActor('command line'), inputs())) say(given.shift() ?? '', result)
  io.err(`${countText(counts)}\n`)
  return counts.has('rejected') || counts.has('failed') ? 1 : 0
}

/**
 * `posthouse reports retry --all | <id…> [--json]`: reads files again that failed and whose original is kept. 0: none
 * rejected or failed, 1: some.
 */
export async function reportsRetry(args: string[], io: Io): Promise<number> {
  const options = { all: { type: 'boolean' }, json: { type: 'boolean' } } as const
  const { positionals, values } = readArgs(args, options, { ...POSITIONALS, least: 0 })
  if (positionals.length > 0 === (values.all === true)) throw new UsageError('give either --all or ids')
  const { listRetriable, retryReportFile } = await import('@/lib/dmarc/service')
  const actor = systemActor('command line')
  const ids = values.all ? (await listRetriable(actor)).map(({ id }) => id) : positionals
  const counts = new Map<string, number>()
  for (const id of ids) {
    const { name, ...result } = await retryReportFile(actor, { id })
    counts.set(result.state, (counts.get(result.state) ?? 0) + 1)
    io.out(`${values.json ? JSON.stringify({ id, file: name, ...result }) : resultText(name, result)}\n`)
  }
  io.err(`${countText(counts)}\n`)
  return counts.has('rejected') || counts.has('failed') ? 1 : 0
}

const countText = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'nothing there'

function resultText(file: string, { state, reason }: Pick<ImportResult, 'state' | 'reason'>): string {
  return `${printable(file)}: ${state}${reason === null ? '' : `: ${REPORT_REASONS[reason]} [${reason}]`}`
}

const UNREADABLE: Omit<ImportResult, 'name'> = {
  ...{ kind: null, state: 'failed', reason: 'file-unreadable', detail: null },
  ...{ domain: null, messages: null, reportId: null },
}

async function readItem({ content }: ReportItem): Promise<ReportReading> {
  if ('words' in content)
    return { kind: null, state: 'failed', reason: 'file-unreadable', detail: content.words, report: null }
  try {
    return await readReportFile(content, { now: Date.now() })
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: null, state: 'failed', reason: 'unexpected', detail, report: null }
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
