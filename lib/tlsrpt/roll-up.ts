import type { TlsPolicy } from '@/lib/tlsrpt/parse-report'

/** What of a TLS report is summed under. */
export interface SummedTlsReport {
  domainId: string
  /** `YYYY-MM-DD`, UTC. */
  day: string
  organization: string
  policies: readonly TlsPolicy[]
}

/** A row of `tls_day` by its columns. */
export interface TlsDaySum {
  domain_id: string
  day: string
  organization: string
  success_count: number
  failure_count: number
  report_count: number
}

/** A row of `tls_failure_day` by its columns, without `identity`. */
export interface TlsFailureSum {
  domain_id: string
  day: string
  organization: string
  result_type: string
  policy_type: string
  policy: string
  mx_host: string
  sender_ip: string
  reason: string
  session_count: number
}

const POLICY_LENGTH = 1_000
const REASON_LENGTH = 500

/** The first so many characters, as `left` of Postgres counts them. */
const left = (text: string, length: number): string => [...text].slice(0, length).join('')

function addFailure(sums: Map<string, TlsFailureSum>, sum: TlsFailureSum): void {
  const { session_count: count, ...identity } = sum
  const key = JSON.stringify(identity)
  const known = sums.get(key)
  if (known) known.session_count += count
  else sums.set(key, sum)
}

/**
 * Sums TLS reports (RFC 8460 §4) by day and reporter, and their failures by all that tells them apart. Pure; the sums hold
 * every session that the reports count. A migration has the same in SQL for what was stored before there were sums.
 */
export function rollUpTls(reports: readonly SummedTlsReport[]): { days: TlsDaySum[]; failures: TlsFailureSum[] } {
  const days = new Map<string, TlsDaySum>()
  const failures = new Map<string, TlsFailureSum>()
  for (const { domainId, day, organization, policies } of reports) {
    const place = { domain_id: domainId, day, organization }
    const key = JSON.stringify(place)
    const sum = days.get(key) ?? { ...place, success_count: 0, failure_count: 0, report_count: 0 }
    days.set(key, sum)
    sum.report_count += 1
    for (const { type, strings, successfulSessions, failedSessions, failures: details } of policies) {
      sum.success_count += successfulSessions
      sum.failure_count += failedSessions
      const policy = left(strings.join('\n'), POLICY_LENGTH)
      for (const detail of details) {
        const reasons = [detail.failureReasonCode, detail.additionalInformation].filter((text) => text !== null)
        addFailure(failures, {
          ...{ ...place, result_type: detail.resultType, policy_type: type, policy },
          ...{ mx_host: detail.receivingMxHostname ?? '', sender_ip: detail.sendingMtaIp ?? '' },
          ...{ reason: left(reasons.join(' · '), REASON_LENGTH), session_count: detail.failedSessions },
        })
      }
    }
  }
  return { days: [...days.values()], failures: [...failures.values()] }
}
