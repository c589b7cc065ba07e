import { Fields, freeText, strictDomain } from '@/lib/dmarc/fields'
import { ReportRefused } from '@/lib/dmarc/reasons'
import type { Deviations } from '@/lib/dmarc/deviations'
import type { PublishedPolicy, ReportMetadata } from '@/lib/dmarc/schema'
import type { XmlNode } from '@/lib/dmarc/xml-tree'

const REPORT_ID_BYTES = 512
const NAME_LENGTH = 255
const MAX_ERRORS = 20
const MAX_PERIOD_SECONDS = 31 * 86_400
/** Clocks of reporters may be ahead, and a period may be sent at its beginning. */
const FUTURE_SECONDS = 2 * 86_400
/** 2100-01-01: seconds beyond it are another unit. */
const LAST_SECOND = 4_102_444_800
const ACTIONS = ['none', 'quarantine', 'reject'] as const

/**
 * `report_metadata`. Throws ReportRefused where identity or period of the report cannot be told: without them neither
 * duplicates nor days can be. `now` is in milliseconds; a period that ends two days after it is refused.
 */
export function readMetadata(node: XmlNode, deviations: Deviations, now: number): ReportMetadata {
  const known = ['org_name', 'email', 'extra_contact_info', 'report_id', 'date_range', 'generator']
  const fields = new Fields(node, deviations, known, ['error'])
  const orgName = named(fields, 'org_name', deviations)
  if (orgName === '') deviations.add('org-name-missing', fields.text('email'))
  const reportId = fields.text('report_id').toWellFormed()
  if (reportId === '') throw new ReportRefused('report-id-missing')
  // It is part of a unique key in the database, whose entries have an upper size.
  if (Buffer.byteLength(reportId) > REPORT_ID_BYTES) throw new ReportRefused('report-id-too-long')
  const errors = fields.all('error')
  if (errors.length > MAX_ERRORS) deviations.add('text-truncated', 'report_metadata/error')
  return {
    orgName,
    email: named(fields, 'email', deviations),
    extraContactInfo: fields.free('extra_contact_info'),
    reportId,
    ...readPeriod(fields.one('date_range'), deviations, now),
    errors: errors.slice(0, MAX_ERRORS).flatMap((error) => freeText(error, deviations) ?? []),
    generator: named(fields, 'generator', deviations) || null,
  }
}

function named(fields: Fields, name: string, deviations: Deviations): string {
  const text = fields.text(name).toWellFormed()
  if (text.length > NAME_LENGTH) deviations.add('text-truncated', name)
  return text.slice(0, NAME_LENGTH).toWellFormed()
}

function readPeriod(node: XmlNode | null, deviations: Deviations, now: number): { begin: number; end: number } {
  if (!node) throw new ReportRefused('dates-missing')
  const fields = new Fields(node, deviations, ['begin', 'end'])
  const begin = readSecond(fields.text('begin'))
  const end = readSecond(fields.text('end'))
  if (begin > end) throw new ReportRefused('dates-reversed', `${begin} > ${end}`)
  if (end - begin > MAX_PERIOD_SECONDS) throw new ReportRefused('period-too-long', `${end - begin} s`)
  if (end > now / 1000 + FUTURE_SECONDS) throw new ReportRefused('dates-in-future', String(end))
  return { begin, end }
}

function readSecond(written: string): number {
  if (written === '') throw new ReportRefused('dates-missing')
  if (!/^\d{1,19}$/.test(written)) throw new ReportRefused('dates-malformed', written.slice(0, 40))
  const second = Number(written)
  // 1e11 ms is March 1973: what is larger and not a second of this century is a millisecond.
  if (second > LAST_SECOND)
    throw new ReportRefused(second < 1e14 ? 'dates-in-milliseconds' : 'dates-malformed', written)
  return second
}

/** `policy_published`. Throws `policy-domain-invalid`: a report about no domain belongs to nobody. */
export function readPolicy(node: XmlNode, deviations: Deviations): PublishedPolicy {
  const known = [
    'domain',
    'adkim',
    'aspf',
    'p',
    'sp',
    'np',
    'pct',
    'fo',
    'testing',
    'discovery_method',
    'version_published',
  ]
  const fields = new Fields(node, deviations, known)
  const domain = strictDomain(fields.text('domain'))
  if (domain === null) throw new ReportRefused('policy-domain-invalid', fields.text('domain').slice(0, 100) || null)
  const testing = fields.keyword('testing', ['y', 'n'] as const, null)
  return {
    domain,
    adkim: fields.keyword('adkim', ['r', 's'] as const, null),
    aspf: fields.keyword('aspf', ['r', 's'] as const, null),
    p: fields.keyword('p', ACTIONS, null, true),
    sp: fields.keyword('sp', ACTIONS, null),
    np: fields.keyword('np', ACTIONS, null),
    pct: readPercent(fields, deviations),
    fo: fields.text('fo').slice(0, 40).toWellFormed() || null,
    testing: testing === null ? null : testing === 'y',
    discoveryMethod: fields.keyword('discovery_method', ['psl', 'treewalk'] as const, null),
  }
}

function readPercent(fields: Fields, deviations: Deviations): number | null {
  const written = fields.text('pct')
  if (written === '') return null
  if (/^\d{1,3}$/.test(written) && Number(written) <= 100) return Number(written)
  deviations.add('value-unknown', `policy_published/pct: ${written}`)
  return null
}
