import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { systemActor } from '@/lib/auth/actor'
import { listDnsRecords, zoneTextOf, type ListedRecord } from '@/lib/dns/queries'

const actor = systemActor('command line')
const HEADINGS = ['STATE', 'NEED', 'FOR', 'NAME', 'TYPE', 'TTL', 'CHECKED']
const NEVER = 'unchecked'

function cells(record: ListedRecord): string[] {
  const { observation, purpose, need, name, type, ttlSeconds } = record
  return [
    observation?.state ?? NEVER,
    record.isHeld ? 'later' : need,
    purpose,
    name,
    type,
    String(ttlSeconds),
    observation?.checkedAt.toISOString() ?? '-',
  ]
}

/** What is wrong with one record, below its line. */
function details(record: ListedRecord): string[] {
  const { observation } = record
  if (!observation || observation.state === 'ok') return []
  const expected = record.purpose === 'withdrawn' ? 'nothing' : (record.merged ?? record.value)
  const found = record.found.length > 0 ? record.found.join(' | ') : 'nothing'
  const waiting = observation.waitingUntil ? [`  caches until ${observation.waitingUntil.toISOString()}`] : []
  const silent = observation.findings.filter((one) => one.words !== '').map((one) => `  ${one.server}: ${one.words}`)
  return [`  found    ${visible(found)}`, `  expected ${visible(expected)}`, ...waiting, ...silent.map(visible)]
}

/** DNS data is somebody else's text: nothing of it may steer a terminal. */
function visible(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}

/** Records as a table for people, a line each and below it what differs, and then as lines of a zone file. */
export function formatDnsTable(records: readonly ListedRecord[]): string {
  const rows = [HEADINGS, ...records.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const lines = [line(HEADINGS), ...records.flatMap((record) => [line(cells(record)), ...details(record)])]
  return `${lines.join('\n')}\n\n${zoneTextOf(records)}`
}

function jsonLine(record: ListedRecord): string {
  const { purpose, need, isHeld, name, type, ttlSeconds, value, merged, zoneValue, found, observation } = record
  const seen = observation && {
    state: observation.state,
    checkedAt: observation.checkedAt,
    since: observation.since,
    waitingUntil: observation.waitingUntil,
  }
  const shown = { purpose, need, isHeld, name, type, ttlSeconds, value, merged, zoneValue, found, observation: seen }
  return `${JSON.stringify(shown)}\n`
}

/**
 * `posthouse dns show <domain> [--json]`: the records that a domain should have and what DNS said when last asked, then
 * the zone text; with --json one object a line. Exit code 0 where every record that is required or recommended is ok, 3 where
 * one is not (or was never asked for).
 */
export async function dnsShow(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, { least: 1, most: 1 })
  const { records } = await listDnsRecords(actor, (positionals[0] ?? '').trim().toLowerCase().replace(/\.$/, ''))
  if (values.json) for (const record of records) io.out(jsonLine(record))
  else io.out(formatDnsTable(records))
  const counted = records.filter((record) => record.need !== 'optional' && !record.isHeld)
  return counted.every((record) => record.observation?.state === 'ok') ? 0 : 3
}
