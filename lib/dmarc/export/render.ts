import { csvLine, type Cell } from '@/lib/dmarc/export/csv'

export const EXPORT_FORMATS = ['csv', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** One thing of an export: names of columns with their values; lists stand in one cell of CSV. */
export type Item = Record<string, Cell | readonly string[] | null>

const cellOf = (value: Item[string]): Cell =>
  Array.isArray(value) ? value.join(' | ') : ((value as Cell | null) ?? '')

/**
 * Items as the text of a file, piece by piece: CSV (RFC 4180) with the names of columns first, or a JSON array with an item
 * a line. JSON keeps texts as they were reported. Takes and gives no more at once than one piece.
 */
export async function* renderItems(
  format: ExportFormat,
  columns: readonly string[],
  pieces: AsyncIterable<readonly Item[]>,
): AsyncGenerator<string, void, void> {
  if (format === 'csv') {
    yield csvLine(columns)
    for await (const items of pieces)
      yield items.map((item) => csvLine(columns.map((column) => cellOf(item[column] ?? null)))).join('')
    return
  }
  const text = (item: Item) =>
    JSON.stringify(Object.fromEntries(columns.map((column) => [column, item[column] ?? null])))
  let begin = '[\n'
  for await (const items of pieces) {
    if (items.length === 0) continue
    yield begin + items.map(text).join(',\n')
    begin = ',\n'
  }
  yield begin === '[\n' ? '[]\n' : '\n]\n'
}
