import { createHash } from 'node:crypto'
import type { AggregateReport } from '@/lib/dmarc/schema'

/**
 * What a report says, as SHA-256 in hexadecimal: of its records, in whatever order, and what could not be read of it. The
 * way it was packed, named and written does not count. Reporters use an id again for other records (RFC 9990 leaves
 * telling duplicates to whoever reads).
 */
export function contentHash({
  records,
  unreadable,
  totals,
}: Pick<AggregateReport, 'records' | 'unreadable' | 'totals'>): string {
  const hash = createHash('sha256')
  for (const text of records.map((record) => JSON.stringify(record)).sort()) hash.update(text).update('\n')
  hash.update(JSON.stringify([unreadable, totals]))
  return hash.digest('hex')
}
