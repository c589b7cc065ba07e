// The core alone: the command runs without a browser's React, which next-intl's own entry wants.
import { createTranslator } from 'use-intl/core'
import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { parseInput } from '@/cli/input'
import { systemActor } from '@/lib/auth/actor'
import { sideOf } from '@/lib/checks/level'
import { checkedName, type ListedFinding } from '@/lib/checks/listed'
import { listDomainFindings } from '@/lib/checks/queries'
import { requestDomainChecks } from '@/lib/checks/requests'
import { checkDomainSchema } from '@/lib/checks/schema'
import { checkWords, type TranslateCheck } from '@/lib/checks/words'
import { AppError } from '@/lib/errors/app-error'
import en from '@/messages/en.json'

const actor = systemActor('command line')
const PATIENCE_MILLISECONDS = 120_000
const HEADINGS = ['LEVEL', 'CHECK', 'ABOUT', 'SINCE']

const translate = createTranslator({
  locale: 'en',
  messages: en,
  namespace: 'checks',
}) as unknown as TranslateCheck

/** What the world gave is somebody else's text: nothing of it may steer a terminal. */
const visible = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?')

const isFine = ({ level }: ListedFinding): boolean => sideOf(level) === 'fine'

function cells({ level, check, alias, subject, since, acknowledged }: ListedFinding): string[] {
  return [
    acknowledged ? acknowledged.as : level,
    check,
    visible([alias, subject].filter(Boolean).join(' ')),
    since.toISOString(),
  ]
}

/** What is wrong and what to do, below a finding's line. */
function details(finding: ListedFinding): string[] {
  if (sideOf(finding.level) !== 'wrong') return finding.found.map((line) => `  ${visible(line)}`)
  const { next } = checkWords(translate, finding, checkedName(finding))
  const lines = (name: string, values: string[]) => values.map((value) => `  ${name.padEnd(9)}${visible(value)}`)
  return [...lines('found', finding.found), ...lines('expected', finding.expected), ...lines('do', [next])]
}

/** Findings as a table for people: a line each and below it what is wrong; what is fine is only counted. */
export function formatFindings(findings: readonly ListedFinding[]): string {
  const shown = findings.filter((finding) => !isFine(finding))
  const rows = [HEADINGS, ...shown.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const table = shown.flatMap((finding) => [line(cells(finding)), ...details(finding)])
  const fine = findings.filter((finding) => isFine(finding) && finding.level !== 'none').length
  return `${[...(shown.length > 0 ? [line(HEADINGS), ...table] : []), `${fine} fine`].join('\n')}\n`
}

function jsonLine(finding: ListedFinding): string {
  const { check, alias, subject, level, who, found, expected, values, since, flappingSince, checkedAt, acknowledged } =
    finding
  const { title, next } = checkWords(translate, finding, checkedName(finding))
  const words = { title, next: sideOf(level) === 'wrong' ? next : '' }
  const seen = {
    check,
    alias,
    subject,
    level,
    who,
    found,
    expected,
    values,
    since,
    flappingSince,
    checkedAt,
    acknowledged,
  }
  return `${JSON.stringify({ ...seen, ...words })}\n`
}

/**
 * `posthouse check <domain> [--json]`: asks the worker to run every check, waits, tells; with --json one object a line.
 * Exit code 1 where something is broken and nobody acknowledged it.
 */
export async function check(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, { least: 1, most: 1 })
  const { domain } = parseInput(checkDomainSchema, { domain: positionals[0] })
  if (!(await requestDomainChecks(actor, { domain }, PATIENCE_MILLISECONDS)))
    throw new AppError('UNAVAILABLE', 'check.noWorker')
  const { findings, nodes } = await listDomainFindings(actor, domain)
  if (values.json) for (const finding of findings) io.out(jsonLine(finding))
  else io.out(formatFindings(findings))
  for (const { name, wrong } of nodes)
    if (wrong > 0) io.err(`the server ${name} has ${wrong} finding(s) that count for this domain too\n`)
  return findings.some(({ level, acknowledged }) => level === 'broken' && acknowledged === null) ? 1 : 0
}
