import type { DnsPolicy } from '@/lib/dns/policy'
import type { RecordType } from '@/lib/dns/record'

/** What a managed record is for; `own` is the administrator's, `withdrawn` one that was published and should go. */
export const PURPOSES = [
  'mx',
  'backup-mx',
  'spf',
  'dkim',
  'dmarc',
  'host-address',
  'host-spf',
  'tlsa',
  'mta-sts',
  'mta-sts-host',
  'tls-rpt',
  'report-permission',
  'autoconfig',
  'autodiscover',
  'srv',
  'caa',
  'bimi',
  'own',
  'withdrawn',
] as const
export type Purpose = (typeof PURPOSES)[number]
/** Of a record that the plan itself wants. */
export type PlannedPurpose = Exclude<Purpose, 'own' | 'withdrawn'>

/** How much hangs on a record: mail itself, how well it works, or a choice. */
export const NEEDS = ['required', 'recommended', 'optional'] as const
export type Need = (typeof NEEDS)[number]

/** One sentence on what a record is good for: `dns.why.<key>` of the messages, with what it names. */
export interface Why {
  key: string
  values: Record<string, string>
}

/** A record and what it is for; name and value as in `record.ts`. */
export interface RecordOfPurpose<P extends Purpose = Purpose> {
  purpose: P
  name: string
  type: RecordType
  value: string
}

export type PlannedRecord = RecordOfPurpose<PlannedPurpose>

const NEED: Record<Purpose, Need> = {
  mx: 'required',
  'backup-mx': 'required',
  spf: 'required',
  dkim: 'required',
  dmarc: 'required',
  'host-address': 'required',
  'host-spf': 'recommended',
  tlsa: 'recommended',
  'mta-sts': 'recommended',
  'mta-sts-host': 'recommended',
  'tls-rpt': 'recommended',
  'report-permission': 'recommended',
  autoconfig: 'recommended',
  autodiscover: 'recommended',
  srv: 'optional',
  caa: 'optional',
  bimi: 'optional',
  own: 'recommended',
  withdrawn: 'optional',
}

/** What mail depends on. */
export const PURPOSES_OF_MAIL = PURPOSES.filter((purpose) => NEED[purpose] === 'required')

/** What leads mail and mail programs to us. */
const LEADS_HERE: readonly Purpose[] = ['mx', 'mta-sts', 'mta-sts-host', 'autoconfig', 'autodiscover', 'srv']

/** True for what is shown and not published while a domain's mail is still elsewhere. */
export function isHeldBack(purpose: Purpose, { mx, isParked }: Pick<DnsPolicy, 'mx' | 'isParked'>): boolean {
  return mx === 'later' && !isParked && LEADS_HERE.includes(purpose)
}

/** The services by which mail programs find their way first (RFC 8314 §5). */
const RECOMMENDED_SERVICES = ['_imaps', '_submissions']

const firstLabel = (name: string) => name.split('.')[0] ?? ''
const lastField = (value: string) => (value.split(' ').at(-1) ?? '').replace(/\.$/, '')

/**
 * What depends on a record being there. A revoked key, and the word that a service is not offered, are a courtesy;
 * `isReserve`: of a key that does not sign yet.
 */
export function needOf(
  { purpose, name, value }: Pick<RecordOfPurpose, 'purpose' | 'name' | 'value'>,
  isReserve = false,
): Need {
  if (purpose === 'dkim' && isWithoutKey(value)) return 'optional'
  if (purpose === 'dkim' && isReserve) return 'recommended'
  if (purpose === 'srv' && lastField(value) !== '' && RECOMMENDED_SERVICES.includes(firstLabel(name)))
    return 'recommended'
  return NEED[purpose]
}

function isWithoutKey(value: string): boolean {
  return /;\s*p=\s*$/.test(value)
}

function dkimKey({ name, type, value }: RecordOfPurpose): string {
  if (type === 'CNAME') return 'dkim-delegated'
  if (!isWithoutKey(value)) return 'dkim'
  return name.startsWith('*.') ? 'dkim-none' : 'dkim-revoked'
}

function srvKey({ name, value }: RecordOfPurpose): string {
  if (lastField(value) === '') return 'srv-none'
  return firstLabel(name) === '_autodiscover' ? 'srv-autodiscover' : 'srv'
}

function whyKey(record: RecordOfPurpose): string {
  const { purpose, value } = record
  if (purpose === 'dkim') return dkimKey(record)
  if (purpose === 'srv') return srvKey(record)
  if (purpose === 'mx' && lastField(value) === '') return 'mx-none'
  return purpose === 'spf' && value === 'v=spf1 -all' ? 'spf-none' : purpose
}

/** Why a record should be there, in words. `values` always holds all of `name`, `label`, `service` and `target`. */
export function whyOf(record: RecordOfPurpose): Why {
  const { name, value } = record
  return {
    key: whyKey(record),
    values: { name, label: firstLabel(name), service: firstLabel(name).replace(/^_/, ''), target: lastField(value) },
  }
}
