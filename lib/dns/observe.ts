import type { DnsAnswer } from '@/lib/dns/answer'
import { askAuthority, type Authority } from '@/lib/dns/authority'
import { compareRecord, type ComparedRecord, type Comparison } from '@/lib/dns/compare'
import { formatServer, type Dns } from '@/lib/dns/resolver'

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

function cachesState(findings: readonly Finding[], now: Date): Pick<Observation, 'state' | 'waitingUntil'> {
  const stale = findings.filter((one) => one.state !== 'ok' && one.state !== 'temperror')
  if (stale.length > 0) {
    const longest = Math.max(...stale.map((one) => one.ttlSeconds ?? 0))
    return { state: 'propagating', waitingUntil: new Date(now.getTime() + longest * 1000) }
  }
  const isSilent = findings.length > 0 && findings.every((one) => one.state === 'temperror')
  return { state: isSilent ? 'temperror' : 'ok', waitingUntil: null }
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
  for (const record of records) {
    const findings = answers.map(({ server, answer }) => finding(record, ours, server, 'authoritative', answer))
    const state = authoritativeState(findings)
    observed.set(record.id, { state, findings, waitingUntil: null })
    if (state === 'ok') settled.push(record)
  }
  if (settled.length === 0 || settled.length < records.length) return observed
  const cached = await Promise.all(
    dns.resolvers.map(async (server) => ({
      server: formatServer(server),
      answer: await dns.ask(server, first.name, first.type, 'recursive'),
    })),
  )
  for (const record of settled) {
    const own = observed.get(record.id)?.findings ?? []
    const findings = cached.map(({ server, answer }) => finding(record, ours, server, 'resolver', answer))
    observed.set(record.id, { findings: [...own, ...findings], ...cachesState(findings, now) })
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
  return { state: 'temperror', findings: [one], waitingUntil: null }
}

/** True where every authoritative server has the record as wanted: a silent one has not. */
export function isEverywhere(observation: Observation): boolean {
  const findings = observation.findings.filter((one) => one.kind === 'authoritative')
  return findings.length > 0 && findings.every((one) => one.state === 'ok')
}
