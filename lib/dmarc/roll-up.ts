import type { AggregateRecord, DkimAuth, OverrideReason, SpfAuth } from '@/lib/dmarc/schema'

/** What of a record its sum is made of. */
export interface SummedRecord extends Pick<
  AggregateRecord,
  'sourceIp' | 'count' | 'disposition' | 'dkim' | 'spf' | 'headerFrom'
> {
  reasons: readonly Pick<OverrideReason, 'type'>[]
  dkimResults: readonly Pick<DkimAuth, 'result' | 'domain' | 'selector'>[]
  spfResults: readonly Pick<SpfAuth, 'result' | 'domain' | 'scope'>[]
}

/** What of a report its rows are summed under. */
export interface SummedReport {
  domainId: string
  /** `YYYY-MM-DD`, UTC. */
  day: string
  reporter: string
  trust: string
  records: readonly SummedRecord[]
}

/** What became of messages, as both sums tell it apart. */
interface Outcome {
  domain_id: string
  day: string
  trust: string
  is_dkim_aligned: boolean
  is_spf_aligned: boolean
  disposition: string
  override: string
}

/** A row of `dmarc_day` by its columns. */
export interface DaySum extends Outcome {
  reporter: string
  message_count: number
}

/** A row of `dmarc_source_day` by its columns, without `identity`. */
export interface SourceSum extends Outcome {
  source_ip: string
  header_from: string
  dkim: string[]
  spf: string
  message_count: number
}

const MOST_SIGNATURES = 10

function signatures({ dkimResults }: SummedRecord): string[] {
  const texts = dkimResults.map(({ result, domain, selector }) => `${result} ${domain} ${selector ?? ''}`)
  return [...new Set(texts)].sort().slice(0, MOST_SIGNATURES)
}

/** Of several results that of the envelope sender counts; DMARC knows no other (RFC 9989 §4.5). */
function envelopeResult({ spfResults }: SummedRecord): string {
  const one = spfResults.find(({ scope }) => scope !== 'helo') ?? spfResults[0]
  return one ? `${one.result} ${one.domain}` : ''
}

function add<S extends { message_count: number }>(sums: Map<string, S>, sum: S): void {
  const { message_count: count, ...identity } = sum
  const key = JSON.stringify(identity)
  const known = sums.get(key)
  if (known) known.message_count += count
  else sums.set(key, sum)
}

/**
 * Sums the rows of reports by day and reporter, and by day and source. Pure; both sums hold every message of the rows. A
 * migration has the same in SQL for what was stored before there were sums.
 */
export function rollUp(reports: readonly SummedReport[]): { days: DaySum[]; sources: SourceSum[] } {
  const days = new Map<string, DaySum>()
  const sources = new Map<string, SourceSum>()
  for (const { domainId, day, reporter, trust, records } of reports)
    for (const record of records) {
      const outcome: Outcome = {
        ...{ domain_id: domainId, day, trust, disposition: record.disposition },
        ...{ is_dkim_aligned: record.dkim === 'pass', is_spf_aligned: record.spf === 'pass' },
        override: [...new Set(record.reasons.map(({ type }) => type))].sort().join(','),
      }
      add(days, { ...outcome, reporter, message_count: record.count })
      add(sources, {
        ...outcome,
        ...{ source_ip: record.sourceIp, header_from: record.headerFrom, message_count: record.count },
        ...{ dkim: signatures(record), spf: envelopeResult(record) },
      })
    }
  return { days: [...days.values()], sources: [...sources.values()] }
}
