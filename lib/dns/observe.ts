import type { DnsAnswer } from '@/lib/dns/answer'
import { askAuthority, type Authority } from '@/lib/dns/authority'
import { compareRecord, type ComparedRecord, type Comparison } from '@/lib/dns/compare'
import type { Purpose } from '@/lib/dns/purpose'
import { formatServer, resolve, type Dns } from '@/lib/dns/resolver'

export const OBSERVATION_STATES = ['ok', 'missing', 'different', 'several', 'propagating', 'temperror'] as const
export type ObservationState = (typeof OBSERVATION_STATES)[number]

/** What one server said of one record. `ttlSeconds` is that of the records found, or how long their absence may be kept. */
export interface Finding {
  server: string
  kind: 'authoritative' | 'resolver'
  state: Comparison | 'temperror'
  values: string[]
  ttlSeconds: number | null
  words: string
}

export interface Observation {
  state: ObservationState
  findings: Finding[]
  /** When the last cache that still holds something older must have dropped it; null where nothing is waited for, or nobody can know. */
  waitingUntil: Date | null
  /** Whether validating resolvers vouch for what they gave (RFC 4035 §3.2.3); null where nothing is known of it. */
  isAuthentic: boolean | null
}

export interface ObservedRecord extends ComparedRecord {
  id: string
  name: string
}

const GRAVITY: readonly Comparison[] = ['missing', 'different', 'several']

function finding(
  record: ObservedRecord,
  ours: readonly string[],
  server: string,
  kind: Finding['kind'],
  answer: DnsAnswer,
): Finding {
  const base = { server, kind, values: [] as string[], ttlSeconds: null, words: '' }
  switch (answer.status) {
    case 'answer': {
      const values = answer.records.map(({ value }) => value).sort()
      const ttlSeconds = Math.max(...answer.records.map((found) => found.ttlSeconds))
      return { ...base, values, ttlSeconds, state: compareRecord(record, values, ours) }
    }
    case 'nodata':
    case 'nxdomain':
      return { ...base, ttlSeconds: answer.soa?.negativeTtlSeconds ?? null, state: compareRecord(record, [], ours) }
    case 'alias':
      return { ...base, ttlSeconds: answer.ttlSeconds, state: 'different', words: `CNAME ${answer.target}` }
    case 'referral':
      return { ...base, state: 'temperror', words: `passed on to ${answer.zone}` }
    case 'temperror':
      return { ...base, state: 'temperror', words: `${answer.reason}: ${answer.words}` }
  }
}

/** The state of the authoritative servers together: one word where they agree, `propagating` where only some have it. */
function authoritativeState(findings: readonly Finding[]): ObservationState {
  const known = findings.filter((one) => one.state !== 'temperror')
  const wrong = known.filter((one) => one.state !== 'ok').map((one) => one.state as Comparison)
  if (known.length === 0) return 'temperror'
  if (wrong.length === 0) return known.length === findings.length ? 'ok' : 'temperror'
  if (wrong.length < known.length) return 'propagating'
  return wrong.reduce((worst, state) => (GRAVITY.indexOf(state) > GRAVITY.indexOf(worst) ? state : worst))
}

/** Authentic by the word of one that validates; not so only where every resolver answered and none of them vouches. */
function authenticity(answers: readonly DnsAnswer[]): boolean | null {
  const said = answers.map((answer) => ('isAuthentic' in answer ? answer.isAuthentic : null))
  if (said.includes(true)) return true
  return said.length === 0 || said.includes(null) ? null : false
}

function cachesState(findings: readonly Finding[], now: Date): Pick<Observation, 'state' | 'waitingUntil'> {
  const stale = findings.filter((one) => one.state !== 'ok' && one.state !== 'temperror')
  if (stale.length > 0) {
    const longest = Math.max(...stale.map((one) => one.ttlSeconds ?? 0))
    return { state: 'propagating', waitingUntil: new Date(now.getTime() + longest * 1000) }
  }
  const isSilent = findings.length > 0 && findings.every((one) => one.state === 'temperror')
  return { state: isSilent ? 'temperror' : 'ok', waitingUntil: null }
}

/** Names that lead to a host of ours: addresses of that host serve as well as an alias of it. */
const LEADS_TO_HOST: readonly Purpose[] = ['mta-sts-host', 'autoconfig', 'autodiscover']

/** The addresses that one answer gives; none where it gives anything else. */
function addressesIn(answer: DnsAnswer): string[] {
  return answer.status === 'answer' ? answer.records.map(({ value }) => value) : []
}

interface InPlace {
  /** Addresses by the server that gave them. */
  byServer: ReadonlyMap<string, string[]>
  /** Those of the alias' target; with `isUnknown` perhaps not all. */
  target: readonly string[]
  isUnknown: boolean
}

/**
 * Where an alias is wanted and addresses stand in its place: what each server has, by its name. They serve where all are
 * the target's own. Null where no server has an address there.
 */
async function addressesInPlace(
  dns: Dns,
  authority: Authority,
  { name, value }: ObservedRecord,
): Promise<InPlace | null> {
  const byServer = new Map<string, string[]>()
  for (const type of ['A', 'AAAA'] as const) {
    for (const { server, answer } of await askAuthority(dns, authority, name, type))
      byServer.set(server, [...(byServer.get(server) ?? []), ...addressesIn(answer)])
  }
  if ([...byServer.values()].every((found) => found.length === 0)) return null
  const host = value.replace(/\.$/, '')
  const answers = await Promise.all([resolve(dns, host, 'A'), resolve(dns, host, 'AAAA')])
  const isUnknown = answers.some((answer) => answer.status === 'temperror')
  return { byServer, target: answers.flatMap(addressesIn), isUnknown }
}

/** The finding of a server that has addresses instead of the alias; any other as it was. */
function byAddress(one: Finding, { byServer, target, isUnknown }: InPlace): Finding {
  const values = byServer.get(one.server) ?? []
  if (one.state !== 'missing' || values.length === 0) return one
  if (values.every((address) => target.includes(address))) return { ...one, values, state: 'ok' }
  return { ...one, values, state: isUnknown ? 'temperror' : 'different' }
}

/**
 * What DNS says of records that share one name and type. The authoritative servers are asked first; the resolvers only
 * when every one of those has the record, because a resolver keeps the absence that it is asked about (RFC 2308).
 */
async function observeSet(
  dns: Dns,
  authority: Authority,
  records: readonly ObservedRecord[],
  now: Date,
): Promise<Map<string, Observation>> {
  const [first] = records
  if (!first) return new Map()
  const ours = records.filter((record) => record.purpose !== 'withdrawn').map((record) => record.value)
  const answers = await askAuthority(dns, authority, first.name, first.type)
  const observed = new Map<string, Observation>()
  const settled: ObservedRecord[] = []
  const isNameThere = answers.some(({ answer }) => answer.status === 'nodata')
  for (const record of records) {
    const inPlace =
      isNameThere && LEADS_TO_HOST.includes(record.purpose) ? await addressesInPlace(dns, authority, record) : null
    const said = answers.map(({ server, answer }) => finding(record, ours, server, 'authoritative', answer))
    const findings = inPlace ? said.map((one) => byAddress(one, inPlace)) : said
    const state = authoritativeState(findings)
    observed.set(record.id, { state, findings, waitingUntil: null, isAuthentic: null })
    if (state === 'ok' && !inPlace) settled.push(record)
  }
  if (settled.length === 0 || settled.length < records.length) return observed
  const cached = await Promise.all(
    dns.resolvers.map(async (server) => ({
      server: formatServer(server),
      answer: await dns.ask(server, first.name, first.type, 'recursive'),
    })),
  )
  const isAuthentic = authenticity(cached.map(({ answer }) => answer))
  for (const record of settled) {
    const own = observed.get(record.id)?.findings ?? []
    const findings = cached.map(({ server, answer }) => finding(record, ours, server, 'resolver', answer))
    observed.set(record.id, { findings: [...own, ...findings], isAuthentic, ...cachesState(findings, now) })
  }
  return observed
}

/** Observes all records of a zone: one question a name, type and server, whatever the number of records. */
export async function observeRecords(
  dns: Dns,
  authority: Authority,
  records: readonly ObservedRecord[],
  now: Date,
): Promise<Map<string, Observation>> {
  const sets = Map.groupBy(records, (record) => `${record.name} ${record.type}`)
  const observed = await Promise.all([...sets.values()].map((set) => observeSet(dns, authority, set, now)))
  return new Map(observed.flatMap((part) => [...part]))
}

/** The observation of every record where the zone's servers could not be found. */
export function unobservable(words: string): Observation {
  const one: Finding = { server: '', kind: 'authoritative', state: 'temperror', values: [], ttlSeconds: null, words }
  return { state: 'temperror', findings: [one], waitingUntil: null, isAuthentic: null }
}

/** True where every authoritative server has the record as wanted: a silent one has not. */
export function isEverywhere(observation: Observation): boolean {
  const findings = observation.findings.filter((one) => one.kind === 'authoritative')
  return findings.length > 0 && findings.every((one) => one.state === 'ok')
}
