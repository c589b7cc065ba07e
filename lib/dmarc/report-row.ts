import { z } from 'zod'
import { rollUp } from '@/lib/dmarc/roll-up'
import type { Disposition } from '@/lib/dmarc/schema'
import type { SourceLine } from '@/lib/dmarc/sources/group-sources'

/** A row of a report as it is stored, with what its report says. */
export interface StoredRow {
  reportId: string
  reporter: string
  trust: string
  /** `YYYY-MM-DD`, UTC. */
  day: string
  position: number
  sourceIp: string
  messages: number
  disposition: Disposition
  isDkimAligned: boolean
  isSpfAligned: boolean
  headerFrom: string
  detail: unknown
}

/** The same with what a page or an export tells of its detail; as a line it belongs to the source that its sum belongs to. */
export interface ReportRow extends Omit<StoredRow, 'detail'>, SourceLine {
  envelopeFrom: string
}

const text = z.string().nullable()
const detailSchema = z.object({
  reasons: z.array(z.object({ type: z.string() })),
  envelopeFrom: text,
  dkimResults: z.array(z.object({ domain: z.string(), selector: text, result: z.string() })),
  spfResults: z.array(z.object({ domain: z.string(), scope: text, result: z.string() })),
})
type Detail = Parameters<typeof rollUp>[0][number]['records'][number]

/** Reads the detail of a row as the sums read it: a row of a sum's messages says the same as the sum. Pure. */
export function readRow({ detail, ...row }: StoredRow): ReportRow {
  const { envelopeFrom, ...results } = detailSchema.parse(detail)
  const { sourceIp, messages: count, disposition, headerFrom } = row
  const aligned = (is: boolean) => (is ? 'pass' : 'fail')
  // Written by the import alone, from what the parser gave.
  const record = {
    ...{ sourceIp, count, disposition, headerFrom, ...results },
    ...{ dkim: aligned(row.isDkimAligned), spf: aligned(row.isSpfAligned) },
  } as Detail
  const [sum] = rollUp([{ domainId: '', day: row.day, reporter: '', trust: row.trust, records: [record] }]).sources
  const isStopped = disposition === 'quarantine' || disposition === 'reject'
  return {
    ...{ ...row, isStopped, envelopeFrom: envelopeFrom ?? '' },
    ...{ override: sum?.override ?? '', dkim: sum?.dkim ?? [], spf: sum?.spf ?? '' },
  }
}
