import type { ReportReading } from '@/lib/dmarc/read-file'
import type { Edges } from '@/lib/retention/edges'

/** Whether a report is of a time that is not taken in any more. Failure reports are not summed: they are never too old. */
export function isTooOld(reading: ReportReading & { state: 'valid' }, { aggregateFrom, tlsFrom }: Edges): boolean {
  if (reading.kind === 'tls') return reading.report.endsAt < tlsFrom
  if (reading.kind === 'failure') return false
  const { begin, end } = reading.report.metadata
  // The day on which it counts, as it is stored.
  return new Date((begin + end) * 500).toISOString().slice(0, 10) < aggregateFrom
}
