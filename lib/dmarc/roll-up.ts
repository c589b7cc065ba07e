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
  trust: string
  is_dkim_aligned: boolean
  is_spf_aligned: boolean
  disposition: string
  override: string
}

/** A row of `dmarc_day` by its columns. */
export interface DaySum extends Outcome {
  day: string
  reporter: string
  message_count: number
}

/** A row of `dmarc_source_month` by its columns, without `identity`. */
export interface SourceSum extends Outcome {
  month: string
  source_ip: string
  header_from: string
  dkim: string[]
  spf: string
  /** Messages up to and with each day of the month. */
  sent: number[]
}

/** Of every month; in short ones nothing comes after the last day. */
const DAYS_OF_MONTH = 31

/** The month of a day (`YYYY-MM-DD`) with so many messages on it, counted up as `dmarc_source_month.sent` has them. */
export function monthSum(day: string, count: number): Pick<SourceSum, 'month' | 'sent'> {
  const first = Number(day.slice(8)) - 1
  return {
    month: `${day.slice(0, 8)}01`,
    sent: Array.from({ length: DAYS_OF_MONTH }, (_item, at) => (at < first ? 0 : count)),
  }
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

/** What has the same sums is one; `join` adds the second to the first. */
function put<S>(sums: Map<string, S>, identity: object, sum: S, join: (known: S, sum: S) => void): void {
  const key = JSON.stringify(identity)
  const known = sums.get(key)
  if (known) join(known, sum)
  else sums.set(key, sum)
}

/**
 * Sums the rows of reports by day and reporter, and by month and source. Pure; both sums hold every message of the rows.
 * Migrations have the same in SQL for what was stored before there were sums.
 */
export function rollUp(reports: readonly SummedReport[]): { days: DaySum[]; sources: SourceSum[] } {
  const days = new Map<string, DaySum>()
  const sources = new Map<string, SourceSum>()
  for (const { domainId, day, reporter, trust, records } of reports)
    for (const record of records) {
      const outcome: Outcome = {
        ...{ domain_id: domainId, trust, disposition: record.disposition },
        ...{ is_dkim_aligned: record.dkim === 'pass', is_spf_aligned: record.spf === 'pass' },
        override: [...new Set(record.reasons.map(({ type }) => type))].sort().join(','),
      }
      const byDay = { ...outcome, day, reporter }
      put(days, byDay, { ...byDay, message_count: record.count }, (known, sum) => {
        known.message_count += sum.message_count
      })
      const { month, sent } = monthSum(day, record.count)
      const bySource = {
        ...{ ...outcome, month, source_ip: record.sourceIp, header_from: record.headerFrom },
        ...{ dkim: signatures(record), spf: envelopeResult(record) },
      }
      put(sources, bySource, { ...bySource, sent }, (known, sum) => {
        known.sent = known.sent.map((before, at) => before + (sum.sent[at] ?? 0))
      })
    }
  return { days: [...days.values()], sources: [...sources.values()] }
}
