import { expect, test } from 'vitest'
import type { TlsFailureDetail, TlsPolicy } from '@/lib/tlsrpt/parse-report'
import { sumTlsReports } from '@/lib/tlsrpt/sum-reports'

const detail = (changes: Partial<TlsFailureDetail> = {}): TlsFailureDetail => ({
  ...{ resultType: 'certificate-expired', sendingMtaIp: '192.0.2.1', receivingMxHostname: 'mx1.example.org' },
  ...{
    receivingMxHelo: null,
    receivingIp: null,
    failedSessions: 2,
    additionalInformation: null,
    failureReasonCode: null,
  },
  ...changes,
})
const policy = (changes: Partial<TlsPolicy> = {}): TlsPolicy => ({
  ...{
    type: 'sts',
    strings: [],
    domain: 'example.org',
    mxHosts: [],
    successfulSessions: 10,
    failedSessions: 0,
    failures: [],
  },
  ...changes,
})

test('sessions are added over reports and policies', () => {
  const reports = [
    { organization: 'A', policies: [policy(), policy({ type: 'tlsa', successfulSessions: 5 })] },
    { organization: 'B', policies: [policy({ successfulSessions: 1 })] },
  ]
  expect(sumTlsReports(reports)).toEqual({ reports: 2, successful: 16, failed: 0, failures: [], unexplained: 0 })
})

test('failures are one by kind, host and policy, with who met them; what nobody explains is counted', () => {
  const reports = [
    {
      organization: 'B',
      policies: [policy({ failedSessions: 9, failures: [detail(), detail({ sendingMtaIp: null })] })],
    },
    { organization: 'A', policies: [policy({ failedSessions: 2, failures: [detail({ failureReasonCode: 'X' })] })] },
    {
      organization: 'A',
      policies: [
        policy({ failedSessions: 7, failures: [detail({ resultType: 'validation-failure', failedSessions: 7 })] }),
      ],
    },
  ]
  expect(sumTlsReports(reports)).toMatchObject({
    ...{ failed: 18, unexplained: 5 },
    failures: [
      { resultType: 'validation-failure', sessions: 7, reporters: ['A'] },
      { resultType: 'certificate-expired', sessions: 6, reporters: ['A', 'B'], senders: ['192.0.2.1'], reasons: ['X'] },
    ],
  })
})

test('words of others are bounded in number', () => {
  const failures = Array.from({ length: 50 }, (_item, at) => detail({ additionalInformation: `words ${at}` }))
  const { failures: sums } = sumTlsReports([{ organization: 'A', policies: [policy({ failures })] }])
  expect(sums).toMatchObject([{ sessions: 100 }])
  expect(sums[0]?.reasons).toHaveLength(10)
})
