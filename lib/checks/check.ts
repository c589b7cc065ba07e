import type { DkimKeyState } from '@/lib/db/generated/enums'
import type { WatchedReports } from '@/lib/dmarc/sources/watch'
import type { DnsPolicy } from '@/lib/dns/policy'
import type { WantedRecord } from '@/lib/dns/wanted-records'
import type { CheckWorld } from '@/lib/checks/world'

/**
 * How a check ended. `info` and better need nobody (MAIL rule 34 names what is never worse); `waiting` is on its way by
 * itself; `unknown` could not be learned (a time-out is never a failure); `none` does not apply here.
 */
export const CHECK_LEVELS = ['ok', 'info', 'attention', 'broken', 'waiting', 'unknown', 'none'] as const
export type CheckLevel = (typeof CHECK_LEVELS)[number]

/** What one check says of one thing. */
export interface CheckResult {
  /** The check's id, such as `spf.too-many-lookups`; words under `checks.<id>` in both languages. */
  check: string
  /** The name, address or selector that it is about; empty for the domain or node itself. */
  subject: string
  level: CheckLevel
  /** What was seen, a line each, as it came. */
  found: string[]
  /** What would be right, a line each: for a record the exact text to publish. */
  expected: string[]
  /** Numbers and names for the sentences. */
  values: Record<string, string | number>
}

/** A result with the name that was looked at: another name of the domain, empty for the domain's own and for a node. */
export interface NamedResult extends CheckResult {
  alias: string
}

/** A signing key as checks see it. */
export interface CheckedKey {
  id: string
  selector: string
  state: DkimKeyState
  algorithm: string
  bits: number
  publicKey: string
  flags: readonly string[]
  createdAt: Date
  activatedAt: Date | null
  retiredAt: Date | null
}

/** A mail node as checks see it; `services` is where each answers for us, `host:port` by service. */
export interface NodeFacts {
  id: string
  name: string
  hostName: string
  roles: readonly string[]
  publicAddresses: readonly string[]
  services: Readonly<Record<string, string>>
  /** What the node's agent last said; null where it never did. */
  status: { daemons: { name: string; isRunning: boolean }[]; diskFreeBytes: number } | null
}

/** All that checks know of a domain, or of another name of it, beside what they ask the world. */
export interface DomainFacts {
  id: string
  /** The name that is looked at. */
  name: string
  kind: 'hosted' | 'relayed' | 'backup_mx'
  policy: DnsPolicy
  /** What the domain should have in DNS. */
  wanted: readonly WantedRecord[]
  keys: readonly CheckedKey[]
  /** The smtp nodes: its mail servers. */
  nodes: readonly NodeFacts[]
  /** Where reports of this domain come to, null where nowhere. */
  reportAddress: string | null
  /** What the reports of others say; of another name of the domain nothing by itself. */
  reports: WatchedReports
  /** Other names of the domain that no run looks at: they are too many. */
  unchecked: readonly string[]
}

/**
 * Checks that share what they ask: run together, each of `checks` gives at least one result a run (`none` where it does
 * not apply). Never rejects for what the world does: that is a result.
 */
export interface CheckFamily<Facts> {
  name: string
  checks: readonly string[]
  run: (world: CheckWorld, facts: Facts) => Promise<CheckResult[]>
}

/** A result with nothing found, for a check to spread and fill. */
export function result(check: string, level: CheckLevel, more: Partial<CheckResult> = {}): CheckResult {
  return { check, subject: '', level, found: [], expected: [], values: {}, ...more }
}

/** The results with one of `level` for each check of the table that had nothing to say; `values` for their sentences. */
export function fillResults(
  checks: Readonly<Record<string, unknown>>,
  done: readonly CheckResult[],
  level: CheckLevel,
  values: CheckResult['values'] = {},
): CheckResult[] {
  const missing = Object.keys(checks).filter((check) => !done.some((one) => one.check === check))
  return [...done, ...missing.map((check) => result(check, level, { values }))]
}
