import type { TlsFailureDetail, TlsPolicy, TlsPolicyType, TlsResultType } from '@/lib/tlsrpt/parse-report'

/** Failures of one kind at one of our hosts, by whoever met them. */
export interface TlsFailureSum {
  resultType: TlsResultType
  /** Our host as the report names it; null where it does not. */
  mxHost: string | null
  policyType: TlsPolicyType
  sessions: number
  /** Who reported them, and the addresses they sent from (the first of each, sorted). */
  reporters: string[]
  senders: string[]
  /** Words of the reporters. */
  reasons: string[]
}

export interface TlsSums {
  reports: number
  successful: number
  failed: number
  failures: TlsFailureSum[]
  /** Failed sessions of which no report says how. */
  unexplained: number
}

const MOST_EACH = 10

function put(list: string[], text: string | null): void {
  if (text === null || text === '' || list.includes(text) || list.length >= MOST_EACH) return
  list.push(text)
  list.sort()
}

function sumFor(sums: Map<string, TlsFailureSum>, detail: TlsFailureDetail, policyType: TlsPolicyType): TlsFailureSum {
  const { resultType, receivingMxHostname: mxHost } = detail
  const key = JSON.stringify([resultType, mxHost, policyType])
  const known = sums.get(key)
  if (known) return known
  const sum = { resultType, mxHost, policyType, sessions: 0, reporters: [], senders: [], reasons: [] }
  sums.set(key, sum)
  return sum
}

/** Sums TLS reports (RFC 8460 §4.3) by kind of failure, host and policy, most sessions first. Pure. */
export function sumTlsReports(reports: readonly { organization: string; policies: readonly TlsPolicy[] }[]): TlsSums {
  const sums = new Map<string, TlsFailureSum>()
  const policies = reports.flatMap((report) =>
    report.policies.map((policy) => ({ ...policy, by: report.organization })),
  )
  for (const { failures, type, by } of policies)
    for (const detail of failures) {
      const sum = sumFor(sums, detail, type)
      sum.sessions += detail.failedSessions
      put(sum.reporters, by)
      put(sum.senders, detail.sendingMtaIp)
      put(sum.reasons, detail.failureReasonCode)
      put(sum.reasons, detail.additionalInformation)
    }
  const failures = [...sums.values()].sort((a, b) => b.sessions - a.sessions || (a.resultType < b.resultType ? -1 : 1))
  const failed = policies.reduce((total, policy) => total + policy.failedSessions, 0)
  const explained = failures.reduce((total, sum) => total + sum.sessions, 0)
  return {
    ...{ reports: reports.length, failed, failures, unexplained: Math.max(0, failed - explained) },
    successful: policies.reduce((total, policy) => total + policy.successfulSessions, 0),
  }
}
