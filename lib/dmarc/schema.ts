import type { DeviationCode, RecordReason } from '@/lib/dmarc/reasons'

/** Bounds of what is read from anybody's mail. Sizes in bytes of the unpacked text unless the name says otherwise. */
export interface ReportLimits {
  /** The file as it came. */
  packedBytes: number
  unpackedBytes: number
  /** Unpacked to packed, once more than a mebibyte has come out. */
  ratio: number
  records: number
  jsonBytes: number
}

export const REPORT_LIMITS: ReportLimits = {
  packedBytes: 30 * 1024 * 1024,
  unpackedBytes: 20 * 1024 * 1024,
  ratio: 250,
  records: 100_000,
  jsonBytes: 2 * 1024 * 1024,
}

export type PolicyAction = 'none' | 'quarantine' | 'reject'
/** RFC 9990 adds `pass`; `unknown` stands for a value that no version knows. */
export type Disposition = PolicyAction | 'pass' | 'unknown'
export type Alignment = 'pass' | 'fail'
export type DkimResult = 'none' | 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror' | 'unknown'
export type SpfResult = DkimResult | 'softfail'
export type OverrideType =
  | 'forwarded'
  | 'local_policy'
  | 'mailing_list'
  | 'other'
  | 'policy_test_mode'
  | 'sampled_out'
  | 'trusted_forwarder'
  | 'unknown'

/** Free text with the language its reporter gives for it (RFC 9990 `lang`). */
export interface LangText {
  text: string
  lang: string | null
}

export interface ReportMetadata {
  orgName: string
  email: string
  extraContactInfo: LangText | null
  reportId: string
  /** Seconds since 1970, UTC, both included. */
  begin: number
  end: number
  errors: LangText[]
  generator: string | null
}

export interface PublishedPolicy {
  /** A-label, lower case. */
  domain: string
  adkim: 'r' | 's' | null
  aspf: 'r' | 's' | null
  p: PolicyAction | null
  sp: PolicyAction | null
  np: PolicyAction | null
  /** Gone from RFC 9990. */
  pct: number | null
  fo: string | null
  testing: boolean | null
  discoveryMethod: 'psl' | 'treewalk' | null
}

export interface DkimAuth {
  domain: string
  selector: string | null
  result: DkimResult
  humanResult: LangText | null
}

export interface SpfAuth {
  domain: string
  scope: 'mfrom' | 'helo' | null
  result: SpfResult
  humanResult: LangText | null
}

export interface OverrideReason {
  type: OverrideType
  comment: LangText | null
}

export interface AggregateRecord {
  /** Canonical: IPv6 compressed in lower case, IPv4-mapped IPv6 as IPv4. */
  sourceIp: string
  count: number
  disposition: Disposition
  /** Whether DKIM and SPF were aligned, as the receiver evaluated it. */
  dkim: Alignment
  spf: Alignment
  reasons: OverrideReason[]
  headerFrom: string
  envelopeFrom: string | null
  envelopeTo: string | null
  dkimResults: DkimAuth[]
  spfResults: SpfAuth[]
  /** Leaves of elements from other namespaces, bounded. */
  extensions: Extension[]
}

export interface Extension {
  /** Element names from the extension point down, joined by `/`. */
  path: string
  text: string
}

export interface Deviation {
  code: DeviationCode
  count: number
  /** What was met first, at most 100 characters. */
  sample: string
}

export interface UnreadableRecord {
  /** Place in the report, from 0. */
  position: number
  reasons: RecordReason[]
}

export interface AggregateReport {
  /** Decided by namespace and elements; the version element does not tell the two apart. */
  format: 'rfc7489' | 'rfc9990'
  namespace: string | null
  version: string | null
  metadata: ReportMetadata
  policy: PublishedPolicy
  extensions: Extension[]
  records: AggregateRecord[]
  totals: {
    /** Records in the report, readable or not. */
    records: number
    unreadableRecords: number
    /** Sum over the readable records. */
    messages: number
  }
  /** The first 50 of them. */
  unreadable: UnreadableRecord[]
  deviations: Deviation[]
}

/** Who the report is from: the name, else the domain of the contact address. */
export function reporterOf(metadata: ReportMetadata): string {
  if (metadata.orgName !== '') return metadata.orgName
  const at = metadata.email.lastIndexOf('@')
  return (at === -1 ? metadata.email : metadata.email.slice(at + 1)).toLowerCase() || 'unknown'
}
