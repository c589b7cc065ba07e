import type { RecordType } from '@/lib/dns/record'

/** A request that was not carried out: `refused` by decision of the other side, `temperror` where nothing is known. `words` are its own. */
export interface ProviderTrouble {
  status: 'refused' | 'temperror'
  words: string
}

export type ZoneResult = { status: 'found'; zone: string } | ProviderTrouble

/**
 * One record as it stands at a provider. `value` is canonical; `exact` is the data as the provider has it, to be named or
 * written back byte for byte, null where nobody can write it down.
 */
export interface LiveRecord {
  value: string
  exact: string | null
}

/** What stands at one name and type. What a wildcard answers there does not stand there: then `isWildcard`, and no records. */
export interface LiveRrset {
  status: 'read'
  records: readonly LiveRecord[]
  /** Null where there are no records. */
  ttlSeconds: number | null
  /** Only a CNAME stands at the name. */
  hasAlias: boolean
  isWildcard: boolean
  /** Asked for a CNAME: records of other types stand at the name, so that none can. */
  hasOther: boolean
}

/** An edit of one RRset: values of `live` that go, values that come, everything else stays. */
export interface RrsetChange {
  name: string
  type: RecordType
  ttlSeconds: number
  live: LiveRrset
  remove: readonly string[]
  add: readonly string[]
}

/** `changed`: the RRset is no longer as it was read, and nothing was written. */
export type ChangeResult = { status: 'done' } | { status: 'changed'; words: string } | ProviderTrouble

/** What an attempt without any change showed: the zones that the provider names. */
export type TryResult = { status: 'ok'; zones: string[]; words: string } | ProviderTrouble

/**
 * Where records are published. Every provider reads and edits RRsets of a zone by the names of `LiveRrset`; none of these
 * rejects for what the network or the other side does.
 */
export interface Provider {
  /** False for types that cannot be written through it. */
  takes(type: RecordType): boolean
  /** The zone that holds a domain. */
  findZone(domain: string): Promise<ZoneResult>
  read(zone: string, name: string, type: RecordType): Promise<LiveRrset | ProviderTrouble>
  /** Writes while the RRset still is as `change.live` says. */
  change(zone: string, change: RrsetChange): Promise<ChangeResult>
  /** Tries address and credential with a domain, changing nothing. */
  tryOut(domain: string): Promise<TryResult>
}

export const NOTHING_LIVE: LiveRrset = {
  status: 'read',
  records: [],
  ttlSeconds: null,
  hasAlias: false,
  isWildcard: false,
  hasOther: false,
}

/** The values that stand there, in the order in which they came. */
export function liveValues(live: LiveRrset): string[] {
  return live.records.map(({ value }) => value)
}

/** Types that may stand at a name where an alias is wanted; servers refuse a CNAME beside any (RFC 1034 §3.6.2). */
export const OTHER_TYPES = ['A', 'AAAA', 'MX', 'TXT'] as const
