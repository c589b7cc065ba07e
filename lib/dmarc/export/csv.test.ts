import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from '@/lib/dmarc/export/csv'

test.each<[string, string]>([
  ['=HYPERLINK("http://evil.test","x")', `"'=HYPERLINK(""http://evil.test"",""x"")"`],
  ['+1', `"'+1"`],
  ['-1+1|cmd', `"'-1+1|cmd"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['\t=1', `"'=1"`],
  ['\r\n=1', `"'=1"`],
  ['"=1"', `"'""=1"""`],
  [`  '=1`, `"''=1"`],
  ['\u202e=1', `"'=1"`],
  ['\uFEFF=1', `"'=1"`],
  ['＝1', `"'＝1"`],
  ['a;=1', `"a;'=1"`],
  ['a; "=1', `"a;' ""=1"`],
  ['example.org', 'example.org'],
  ['two words', '"two words"'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['line\r\nline', '"line line"'],
  ['\u0000a\u001bb\u0085c', '"a b c"'],
  ['', ''],
])('%j is %s', (text, expected) => {
  expect(csvLine([text])).toBe(`${expected}\r\n`)
})

test('numbers and answers are as they are', () => {
  expect(csvLine([12, 0.5, -3, true])).toBe('12,0.5,-3,true\r\n')
})

/** Reads a file as RFC 4180 has it, with any sign between cells. */
function readCells(text: string, separator: string): string[] {
  const cells: string[] = []
  let at = 0
  while (at <= text.length) {
    if (text[at] === '"') {
      let cell = ''
      for (at++; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++
        cell += text.charAt(at)
      }
      at++
      // What stands behind the closing quote belongs to the cell in every spreadsheet.
      const end = text.indexOf(separator, at)
      cells.push(cell + text.slice(at, end === -1 ? text.length : end))
      at = (end === -1 ? text.length : end) + 1
      continue
    }
    const end = text.indexOf(separator, at)
    cells.push(text.slice(at, end === -1 ? text.length : end))
    at = (end === -1 ? text.length : end) + 1
  }
  return cells
}

test('no text begins a formula or a line, whatever a spreadsheet parts cells by', () => {
  const piece = fc.constantFrom('=', '+', '-', '@', '"', "'", ';', ',', '|', '\t', '\r', '\n', ' ', 'a', '1', '\u202e')
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
      const line = csvLine(texts)
      expect(line.slice(0, -2)).not.toMatch(/[\p{Cc}]/u)
      expect(readCells(line.slice(0, -2), ',')).toHaveLength(texts.length)
      for (const separator of [',', ';', '|'])
        for (const cell of readCells(line.slice(0, -2), separator)) expect(cell).not.toMatch(/^[\s"`]*[=+\-@]/)
    }),
    { numRuns: 2000 },
  )
})
