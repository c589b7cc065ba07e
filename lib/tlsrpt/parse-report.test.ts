import { describe, expect, it } from 'vitest'
import { ReportRefused } from '@/lib/dmarc/reasons'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'
import { parseTlsReport } from '@/lib/tlsrpt/parse-report'

const now = Date.parse('2026-11-22T12:00:00Z')
const sample = () => ({
  'organization-name': 'Receiver',
  'date-range': { 'start-datetime': '2026-11-20T00:00:00Z', 'end-datetime': '2026-11-20T23:59:59Z' },
  'contact-info': 'tls@receiver.example',
  'report-id': 'one',
  policies: [
    {
      policy: {
        'policy-type': 'sts',
        'policy-string': ['version: STSv1', 'mode: enforce'],
        'policy-domain': 'Example.org',
        'mx-host': '*.example.org',
      },
      summary: { 'total-successful-session-count': 40, 'total-failure-session-count': 3 },
      'failure-details': [
        {
          'result-type': 'certificate-expired',
          'sending-mta-ip': '2001:DB8::1',
          'receiving-mx-hostname': 'MX1.example.org',
          'failed-session-count': 3,
        },
      ],
    },
  ] as unknown[],
})
const parse = (value: unknown) =>
  parseTlsReport([Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))], {
    now,
    limits: REPORT_LIMITS,
  })

function refusal(value: unknown): string {
  try {
    parse(value)
    return 'taken'
  } catch (error) {
    if (error instanceof ReportRefused) return error.reason
    throw error
  }
}

describe('a TLS report', () => {
  it('is read with its policies, failures and totals', () => {
    expect(parse(sample())).toEqual({
      organizationName: 'Receiver',
      contactInfo: 'tls@receiver.example',
      reportId: 'one',
      beginsAt: '2026-11-20T00:00:00.000Z',
      endsAt: '2026-11-20T23:59:59.000Z',
      policies: [
        {
          type: 'sts',
          strings: ['version: STSv1', 'mode: enforce'],
          domain: 'example.org',
          mxHosts: ['*.example.org'],
          successfulSessions: 40,
          failedSessions: 3,
          failures: [
            {
              resultType: 'certificate-expired',
              sendingMtaIp: '2001:db8::1',
              receivingMxHostname: 'mx1.example.org',
              receivingMxHelo: null,
              receivingIp: null,
              failedSessions: 3,
              additionalInformation: null,
              failureReasonCode: null,
            },
          ],
        },
      ],
      totals: { successfulSessions: 40, failedSessions: 3, unreadable: 0 },
      deviations: [],
    })
  })

  it('may lack what reporters leave out, and counts what it cannot read', () => {
    const odd = {
      ...sample(),
      'contact-info': null,
      policies: [
        {
          policy: { 'policy-type': 'no-policy-found', 'mx-host': ['a', 'b'] },
          summary: { 'total-successful-session-count': '7', 'total-failure-session-count': 0 },
        },
        { policy: {}, summary: { 'total-successful-session-count': -1, 'total-failure-session-count': 0 } },
        {
          policy: { 'policy-type': 'magic', 'policy-domain': 'a.example' },
          summary: { 'total-successful-session-count': 0, 'total-failure-session-count': 1 },
          'failure-details': [{ 'result-type': 'certificate-expired' }],
        },
        null,
      ],
    }
    const report = parse(odd)
    expect(report.totals).toEqual({ successfulSessions: 7, failedSessions: 1, unreadable: 3 })
    expect(report.policies.map(({ type, mxHosts }) => [type, mxHosts])).toEqual([
      ['no-policy-found', ['a', 'b']],
      ['unknown', []],
    ])
    expect(report.deviations.map(({ code }) => code)).toEqual(['value-missing', 'value-unknown'])
  })

  it.each<[string, unknown]>([
    ['json-malformed', '{"organization-name":'],
    ['json-other', '[]'],
    ['json-other', { a: 1 }],
    ['json-too-complex', `{"policies":${'['.repeat(20)}`],
    ['report-id-missing', { ...sample(), 'report-id': 7 }],
    ['tls-dates-malformed', { ...sample(), 'date-range': null }],
    [
      'dates-reversed',
      {
        ...sample(),
        'date-range': { 'start-datetime': '2026-11-21T00:00:00Z', 'end-datetime': '2026-11-20T00:00:00Z' },
      },
    ],
    [
      'dates-in-future',
      {
        ...sample(),
        'date-range': { 'start-datetime': '2026-11-21T00:00:00Z', 'end-datetime': '2027-11-20T00:00:00Z' },
      },
    ],
    ['tls-policies-missing', { ...sample(), policies: [] }],
    ['too-large', ' '.repeat(REPORT_LIMITS.jsonBytes + 1)],
  ])('is refused with %s', (reason, value) => {
    expect(refusal(value)).toBe(reason)
  })
})
