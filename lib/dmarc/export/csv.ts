import { plainText } from '@/lib/dmarc/plain-text'

const MOST_CHARACTERS = 1_000
/** What spreadsheets take for a formula at the beginning of a cell, in its wide forms too, behind spaces and quotes. */
const FORMULA = /^[\s"'`]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/
/** The same behind a sign that a spreadsheet set to another language parts cells by. */
const FORMULA_INSIDE = /[;|](?=[\s"'`]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g

export type Cell = string | number | boolean

/**
 * Text as a spreadsheet may have it: on one line, without anything that steers, an apostrophe before what would be a
 * formula. A name that begins with such a sign is changed by it, and said so beside the export.
 */
function safeText(text: string): string {
  const plain = plainText(text, MOST_CHARACTERS).replace(FORMULA_INSIDE, (sign) => `${sign}'`)
  return FORMULA.test(plain) ? `'${plain}` : plain
}

function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell)
  const text = safeText(cell)
  return /[",;\s']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One line of a CSV file (RFC 4180), with its end; text in it is data, whatever it says. Pure. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`
}
