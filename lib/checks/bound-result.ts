import type { NamedResult } from '@/lib/checks/check'

const MAX_RESULTS = 1_000
/** Of another name of a domain: there may be twenty. */
const MAX_RESULTS_OF_ALIAS = 250
const MAX_LINES = 20
/** A TXT of 4 kB is the longest that anybody has to publish. */
const MAX_LINE = 4_500
const MAX_SUBJECT = 300
const MAX_VALUES = 30
const MAX_VALUE = 500

/** What a database takes of somebody else's text: no NUL, no half of a character. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replaceAll('\0', '').toWellFormed()
}

function lines(found: readonly string[]): string[] {
  return found.slice(0, MAX_LINES).map((line) => cut(line, MAX_LINE))
}

/** Results as they are stored: what the world gave may be of any size, rows are not. */
export function boundResults(results: readonly NamedResult[]): NamedResult[] {
  const ofEach = [...Map.groupBy(results, ({ alias }) => alias)].flatMap(([alias, some]) =>
    some.slice(0, alias === '' ? MAX_RESULTS : MAX_RESULTS_OF_ALIAS),
  )
  return ofEach.map(({ check, alias, subject, level, found, expected, values }) => ({
    check,
    alias,
    subject: cut(subject, MAX_SUBJECT),
    level,
    found: lines(found),
    expected: lines(expected),
    values: Object.fromEntries(
      Object.entries(values)
        .slice(0, MAX_VALUES)
        .map(([name, value]) => [name, typeof value === 'number' ? value : cut(value, MAX_VALUE)]),
    ),
  }))
}
