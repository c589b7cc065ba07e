import { z } from 'zod'
import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { parseInput } from '@/cli/input'
import { systemActor } from '@/lib/auth/actor'
import { getKeySettings, listDkimKeys, type KeySettings, type ListedKey } from '@/lib/dkim/queries'
import { rotateKey } from '@/lib/dkim/service'
import { domainNameSchema } from '@/lib/domains/name'

const actor = systemActor('command line')
const HEADINGS = ['STATE', 'SELECTOR', 'ALGORITHM', 'SINCE', 'DNS', 'WAITS FOR']
const domainSchema = z.object({ domain: domainNameSchema })

/** `published (spare)`, `active (t=y, compromised)`. */
function stateCell({ state, isSpare, flags, compromisedAt }: ListedKey): string {
  const marks = [
    ...(isSpare ? ['spare'] : []),
    ...(flags.length > 0 ? [`t=${flags.join(':')}`] : []),
    ...(compromisedAt ? ['compromised'] : []),
  ]
  return marks.length > 0 ? `${state} (${marks.join(', ')})` : state
}

function cells(key: ListedKey): string[] {
  const { waiting, record } = key
  return [
    stateCell(key),
    key.selector,
    `${key.algorithm} ${key.bits}`,
    key.since.toISOString(),
    record ? (record.observation?.state ?? 'unchecked') : '-',
    waiting ? [waiting.for, waiting.until?.toISOString() ?? ''].join(' ').trim() : '-',
  ]
}

/** Keys as a table for people, below each that somebody has to publish its record, and when the next one comes. */
export function formatKeys(keys: readonly ListedKey[], settings: KeySettings): string {
  const shown = keys.filter((key) => key.state !== 'removed')
  const rows = [HEADINGS, ...shown.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const table = shown.flatMap((key) => [
    line(cells(key)),
    ...(key.state === 'generated' && key.record
      ? [`  record   ${key.record.name} TXT`, `           ${key.record.value}`]
      : []),
  ])
  const next = settings.nextRotationAt ? `about ${settings.nextRotationAt.toISOString().slice(0, 10)}` : 'by hand only'
  return `${[line(HEADINGS), ...table, '', `next key: ${next}`].join('\n')}\n`
}

function jsonLine(key: ListedKey): string {
  const { selector, name, algorithm, bits, flags, state, isSpare, isImported, isDelegated, since, waiting } = key
  const { createdAt, publishedAt, activatedAt, retiredAt, compromisedAt, record } = key
  const times = { since, createdAt, publishedAt, activatedAt, retiredAt, compromisedAt }
  const inDns = record && { name: record.name, value: record.value, state: record.observation?.state ?? null }
  const shown = { selector, name, algorithm, bits, flags, state, isSpare, isImported, isDelegated, ...times, waiting }
  return `${JSON.stringify({ ...shown, record: inDns })}\n`
}

/**
 * `posthouse dkim show <domain> [--json]`: the keys of a domain, what each waits for, and when the next one comes; with
 * --json one object a line, those that are gone too. Exit code 3 where none signs.
 */
export async function dkimShow(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, { least: 1, most: 1 })
  const { domain } = parseInput(domainSchema, { domain: positionals[0] })
  const keys = await listDkimKeys(actor, domain)
  if (values.json) for (const key of keys) io.out(jsonLine(key))
  else io.out(formatKeys(keys, await getKeySettings(actor, domain)))
  return keys.some((key) => key.state === 'active') ? 0 : 3
}

/** `posthouse dkim rotate <domain>`: begins the rotation of a domain's keys; the new selectors go to standard output. */
export async function dkimRotate(args: string[], io: Io): Promise<number> {
  const { positionals } = readArgs(args, {}, { least: 1, most: 1 })
  const { domain } = parseInput(domainSchema, { domain: positionals[0] })
  const { result } = await rotateKey(actor, domain)
  for (const selector of result.selectors) io.out(`${selector}\n`)
  io.err('The worker makes them, waits for DNS, and switches.\n')
  return 0
}
