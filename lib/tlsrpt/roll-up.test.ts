import { expect, test } from 'vitest'
import type { TlsFailureDetail, TlsPolicy } from '@/lib/tlsrpt/parse-report'
import { rollUpTls } from '@/lib/tlsrpt/roll-up'

const detail = (changes: Partial<TlsFailureDetail> = {}): TlsFailureDetail => ({
  ...{ resultType: 'certificate-expired', sendingMtaIp: '192.0.2.1', receivingMxHostname: 'mx1.example.org' },
  ...{ receivingMxHelo: null, receivingIp: null, failedSessions: 2 },
  ...{ additionalInformation: null, failureReasonCode: null },
  ...changes,
})
const policy = (changes: Partial<TlsPolicy> = {}): TlsPolicy => ({
  ...{ type: 'sts', strings: ['version: STSv1', 'mode: enforce'], domain: 'example.org', mxHosts: [] },
  ...{ successfulSessions: 10, failedSessions: 0, failures: [] },
  ...changes,
})
const report = (organization: string, policies: TlsPolicy[], day = '2026-11-20') => ({
  ...{ domainId: 'd', day, organization, policies },
})

test('sessions are added over policies and reports, by day and reporter', () => {
  const { days } = rollUpTls([
    report('A', [policy(), policy({ type: 'tlsa', successfulSessions: 5, failedSessions: 1 })]),
    report('A', [policy({ successfulSessions: 1 })]),
    report('A', [policy()], '2026-11-21'),
    report('B', [policy({ successfulSessions: 0, failedSessions: 7 })]),
  ])
  expect(
    days.map((day) => [day.day, day.organization, day.success_count, day.failure_count, day.report_count]),
  ).toEqual([
    ['2026-11-20', 'A', 16, 1, 2],
    ['2026-11-21', 'A', 10, 0, 1],
    ['2026-11-20', 'B', 0, 7, 1],
  ])
})

test('failures are one where nothing tells them apart, and bounded in length by whole characters', () => {
  const long = { failureReasonCode: 'X', additionalInformation: '😀'.repeat(600) }
  const failures = [detail(), detail(), detail({ sendingMtaIp: null, receivingMxHostname: null }), detail(long)]
  const sums = rollUpTls([report('A', [policy({ failures })]), report('A', [policy({ failures: [detail()] })])])
  expect(sums.failures).toMatchObject([
    {
      result_type: 'certificate-expired',
      policy_type: 'sts',
      policy: 'version: STSv1\nmode: enforce',
      session_count: 6,
    },
    { mx_host: '', sender_ip: '', session_count: 2 },
    { reason: `X · ${'😀'.repeat(496)}`, session_count: 2 },
  ])
})
