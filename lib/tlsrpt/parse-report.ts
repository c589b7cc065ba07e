import { decodeText } from '@/lib/dmarc/decode-text'
import { Deviations } from '@/lib/dmarc/deviations'
import { canonicalIp, looseDomain } from '@/lib/dmarc/fields'
import { ReportRefused } from '@/lib/dmarc/reasons'
import type { Deviation, ReportLimits } from '@/lib/dmarc/schema'

const MAX_DEPTH = 16
const MAX_VALUES = 200_000
const MAX_POLICIES = 1_000
const MAX_DETAILS = 10_000
const MAX_COUNT = 2 ** 31 - 1
const TEXT_LENGTH = 500
const FUTURE_MS = 2 * 86_400_000

const POLICY_TYPES = ['tlsa', 'sts', 'no-policy-found'] as const
const RESULT_TYPES = [
  'starttls-not-supported',
  'certificate-host-mismatch',
  'certificate-expired',
  'certificate-not-trusted',
  'validation-failure',
  'tlsa-invalid',
  'dnssec-invalid',
  'dane-required',
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
] as const

export type TlsPolicyType = (typeof POLICY_TYPES)[number] | 'unknown'
export type TlsResultType = (typeof RESULT_TYPES)[number] | 'unknown'

export interface TlsFailureDetail {
  resultType: TlsResultType
  sendingMtaIp: string | null
  receivingMxHostname: string | null
  receivingMxHelo: string | null
  receivingIp: string | null
  failedSessions: number
  additionalInformation: string | null
  failureReasonCode: string | null
}

export interface TlsPolicy {
  type: TlsPolicyType
  strings: string[]
  domain: string | null
  mxHosts: string[]
  successfulSessions: number
  failedSessions: number
  failures: TlsFailureDetail[]
}

export interface TlsReport {
  organizationName: string
  contactInfo: string | null
  reportId: string
  /** ISO 8601, UTC. */
  beginsAt: string
  endsAt: string
  policies: TlsPolicy[]
  totals: { successfulSessions: number; failedSessions: number; unreadable: number }
  deviations: Deviation[]
}

type JsonObject = Record<string, unknown>

/**
 * A TLS report (RFC 8460 section 4) from its JSON bytes. Counts that are no counts make the policy or detail unreadable:
 * it is counted in `totals.unreadable`. Throws ReportRefused.
 */
export function parseTlsReport(chunks: readonly Buffer[], options: { now: number; limits: ReportLimits }): TlsReport {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (size > options.limits.jsonBytes) throw new ReportRefused('too-large')
  const deviations = new Deviations()
  const text = [...decodeText(chunks, deviations)].join('').replace(/^\ufeff/, '')
  refuseComplex(text)
  const root = object(parseJson(text))
  if (!root || (!('organization-name' in root) && !('policies' in root))) throw new ReportRefused('json-other')
  const reportId = words(root['report-id'])
  if (reportId === '') throw new ReportRefused('report-id-missing')
  const { beginsAt, endsAt } = period(object(root['date-range']), options.now)
  if (!Array.isArray(root.policies) || root.policies.length === 0) throw new ReportRefused('tls-policies-missing')
  if (root.policies.length > MAX_POLICIES) throw new ReportRefused('json-too-complex')
  const reading: Reading = { deviations, unreadable: 0, details: 0 }
  const policies = root.policies.flatMap((policy: unknown) => readPolicy(object(policy), reading) ?? [])
  return {
    organizationName: words(root['organization-name']),
    contactInfo: words(root['contact-info']) || null,
    reportId,
    beginsAt,
    endsAt,
    policies,
    totals: {
      successfulSessions: policies.reduce((sum, policy) => sum + policy.successfulSessions, 0),
      failedSessions: policies.reduce((sum, policy) => sum + policy.failedSessions, 0),
      unreadable: reading.unreadable,
    },
    deviations: deviations.list(),
  }
}

interface Reading {
  deviations: Deviations
  unreadable: number
  details: number
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new ReportRefused('json-malformed', error.message.slice(0, 200))
    throw error
  }
}

/** Depth and number of values are counted before anything is built from the text. */
function refuseComplex(text: string): void {
  let depth = 0
  let values = 0
  let isString = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (isString) {
      if (char === '\\') at += 1
      else if (char === '"') isString = false
    } else if (char === '"') isString = true
    else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') depth -= 1
    else if (char === ',') values += 1
    if (depth > MAX_DEPTH || values > MAX_VALUES) throw new ReportRefused('json-too-complex')
  }
}

function object(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}

function words(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, TEXT_LENGTH).toWellFormed().replaceAll('\0', '') : ''
}

/** A text or a list of them: `mx-host` is seen in both forms. */
function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.slice(0, 100).flatMap((item: unknown) => words(item) || [])
}

function period(range: JsonObject | null, now: number): { beginsAt: string; endsAt: string } {
  const begins = Date.parse(words(range?.['start-datetime']))
  const ends = Date.parse(words(range?.['end-datetime']))
  if (Number.isNaN(begins) || Number.isNaN(ends)) throw new ReportRefused('tls-dates-malformed')
  if (begins > ends) throw new ReportRefused('dates-reversed')
  if (ends > now + FUTURE_MS) throw new ReportRefused('dates-in-future')
  return { beginsAt: new Date(begins).toISOString(), endsAt: new Date(ends).toISOString() }
}

/** A number of sessions, 0 to 2147483647. */
function sessions(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= MAX_COUNT ? count : null
}

function keyword<K extends string>(value: unknown, list: readonly K[], deviations: Deviations): K | 'unknown' {
  const written = words(value)
  const known = list.find((item) => item === written.toLowerCase())
  if (known === undefined) deviations.add('value-unknown', written)
  return known ?? 'unknown'
}

function readPolicy(entry: JsonObject | null, reading: Reading): TlsPolicy | null {
  const policy = object(entry?.policy)
  const summary = object(entry?.summary)
  const successfulSessions = sessions(summary?.['total-successful-session-count'])
  const failedSessions = sessions(summary?.['total-failure-session-count'])
  if (!entry || successfulSessions === null || failedSessions === null) {
    reading.unreadable += 1
    return null
  }
  const domain = looseDomain(words(policy?.['policy-domain'])) || null
  if (domain === null) reading.deviations.add('value-missing', 'policy-domain')
  const details: unknown[] = Array.isArray(entry['failure-details']) ? entry['failure-details'] : []
  reading.details += details.length
  if (reading.details > MAX_DETAILS) throw new ReportRefused('json-too-complex')
  return {
    type: keyword(policy?.['policy-type'], POLICY_TYPES, reading.deviations),
    strings: texts(policy?.['policy-string']),
    domain,
    mxHosts: texts(policy?.['mx-host']),
    successfulSessions,
    failedSessions,
    failures: details.flatMap((detail) => readDetail(object(detail), reading) ?? []),
  }
}

function readDetail(entry: JsonObject | null, reading: Reading): TlsFailureDetail | null {
  const failedSessions = sessions(entry?.['failed-session-count'])
  if (!entry || failedSessions === null) {
    reading.unreadable += 1
    return null
  }
  return {
    resultType: keyword(entry['result-type'], RESULT_TYPES, reading.deviations),
    sendingMtaIp: canonicalIp(words(entry['sending-mta-ip'])),
    receivingMxHostname: looseDomain(words(entry['receiving-mx-hostname'])) || null,
    receivingMxHelo: words(entry['receiving-mx-helo']) || null,
    receivingIp: canonicalIp(words(entry['receiving-ip'])),
    failedSessions,
    additionalInformation: words(entry['additional-information']) || null,
    failureReasonCode: words(entry['failure-reason-code']) || null,
  }
}
