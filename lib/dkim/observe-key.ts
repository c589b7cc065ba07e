import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { keyPlace, type KeyPlace } from '@/lib/dkim/delegation'
import type { MovingKey } from '@/lib/dkim/moving-key'
import type { KeyFacts } from '@/lib/dkim/key-state'
import { publishKeyAt } from '@/lib/dkim/publish-key'
import { dkimRecordName } from '@/lib/dkim/record'
import { askAuthority } from '@/lib/dns/authority'
import { currentRecords, observeAndStore, type StoredRecord } from '@/lib/dns/check-domain'
import { compareRecord } from '@/lib/dns/compare'
import type { DnsDeps } from '@/lib/dns/deps'
import { domainAuthority } from '@/lib/dns/domain-authority'
import { parseFound } from '@/lib/dns/found'
import { requireDnsDomain, type DnsDomain } from '@/lib/dns/load-domain'
import { isEverywhere, type Finding, type Observation } from '@/lib/dns/observe'
import { NO_OTHERS, othersSeconds } from '@/lib/dns/others'
import { isInside } from '@/lib/dns/record'

type DnsFacts = Pick<KeyFacts, 'authoritative' | 'resolvers' | 'cacheSeconds'>
type Seen = NonNullable<DnsFacts['authoritative']>

const UNKNOWN: DnsFacts = { authoritative: 'temperror', resolvers: null, cacheSeconds: null }

/** What several looks say together: not everywhere as soon as one place has something else, unknown while one is silent. */
function together(seen: readonly Seen[]): Seen {
  if (seen.includes('not-all')) return 'not-all'
  return seen.includes('temperror') ? 'temperror' : 'all'
}

function readResolvers(findings: readonly Finding[]): DnsFacts['resolvers'] {
  const asked = findings.filter((one) => one.kind === 'resolver')
  if (asked.length === 0) return null
  return together(asked.map(({ state }) => (state === 'ok' ? 'all' : state === 'temperror' ? 'temperror' : 'not-all')))
}

function readAuthoritative(observation: Observation): Seen {
  if (isEverywhere(observation)) return 'all'
  const known = observation.findings.filter((one) => one.kind === 'authoritative' && one.state !== 'temperror')
  return known.some((one) => one.state !== 'ok') ? 'not-all' : 'temperror'
}

function longest(findings: readonly Finding[], isWanted: (one: Finding) => boolean): number {
  return Math.max(0, ...findings.filter(isWanted).map((one) => one.ttlSeconds ?? 0))
}

/**
 * What the zone's servers say of how long "there is nothing" is kept: asked for a type that the name does not have, then,
 * for servers that leave the SOA out of such answers, at the names above it up to the zone's own. Null where none says.
 */
async function negativeTtl(deps: DnsDeps, place: DnsDomain, name: string): Promise<number | null> {
  const found = await domainAuthority(deps.dns, place.name, place.provider?.config ?? null)
  if (found.status !== 'found') return null
  for (let at = name; isInside(at, found.authority.zone); at = at.slice(at.indexOf('.') + 1)) {
    const answers = await askAuthority(deps.dns, found.authority, at, 'SOA')
    const seconds = answers.flatMap(({ answer }) =>
      (answer.status === 'nodata' || answer.status === 'nxdomain' || answer.status === 'answer') && answer.soa
        ? [answer.soa.negativeTtlSeconds]
        : [],
    )
    if (seconds.length > 0) return Math.max(...seconds)
    if (!at.includes('.')) return null
  }
  return null
}

/** For how many seconds from the last look caches may hold what stood there before the key did; null before any look. */
async function secondsOfOthers(recordId: string): Promise<number | null> {
  const row = await db().dnsObservation.findUnique({ where: { recordId }, select: { found: true, checkedAt: true } })
  return row && othersSeconds(parseFound(row.found).others ?? NO_OTHERS, row.checkedAt)
}

/** Looks at one record at its place, published first where `publish` does that. Resolvers are asked only when every authoritative server has it. */
async function lookAt(
  place: DnsDomain,
  record: StoredRecord,
  deps: DnsDeps,
  publish: () => Promise<void>,
): Promise<DnsFacts> {
  // What stood there before we publish: other text (a wildcard's, say) has its own time in caches.
  if ((await secondsOfOthers(record.id)) === null) await observeAndStore(place, [record], deps)
  await publish()
  const observation = (await observeAndStore(place, [record], deps)).get(record.id)
  if (!observation) return UNKNOWN
  const authoritative = readAuthoritative(observation)
  // An alias answers for every type: the name above it is in the same zone.
  const beside = record.type === 'CNAME' ? record.name.slice(record.name.indexOf('.') + 1) : record.name
  const negative = authoritative === 'all' ? await negativeTtl(deps, place, beside) : null
  const own = longest(observation.findings, (one) => one.kind === 'authoritative' && one.state === 'ok')
  const before = (await secondsOfOthers(record.id)) ?? 0
  return {
    authoritative,
    resolvers: readResolvers(observation.findings),
    cacheSeconds: negative === null ? null : Math.max(own, negative, before),
  }
}

/** Whether every resolver gives the key at the name that receivers ask for: behind the alias, too. */
async function seenByResolvers(deps: DnsDeps, name: string, record: StoredRecord): Promise<DnsFacts['resolvers']> {
  if (deps.dns.resolvers.length === 0) return null
  const answers = await Promise.all(deps.dns.resolvers.map((server) => deps.dns.ask(server, name, 'TXT', 'recursive')))
  return together(
    answers.map((answer): Seen => {
      if (answer.status === 'temperror') return 'temperror'
      const values = answer.status === 'answer' ? answer.records.map(({ value }) => value) : []
      return compareRecord(record, values, [record.value]) === 'ok' ? 'all' : 'not-all'
    }),
  )
}

/**
 * A delegated key is where receivers find it when our zone has its record and the domain's zone leads there: both must
 * be everywhere, and whatever caches may hold of either must have run out.
 */
async function withAlias(
  domain: DnsDomain,
  record: StoredRecord,
  alias: StoredRecord | undefined,
  target: DnsFacts,
  deps: DnsDeps,
  publish: () => Promise<void>,
): Promise<DnsFacts> {
  if (!alias) return UNKNOWN
  const own = await lookAt(domain, alias, deps, publish)
  if (own.authoritative === null || target.authoritative === null) return UNKNOWN
  const authoritative = together([own.authoritative, target.authoritative])
  return {
    authoritative,
    resolvers: authoritative === 'all' ? await seenByResolvers(deps, alias.name, record) : null,
    cacheSeconds:
      own.cacheSeconds === null || target.cacheSeconds === null
        ? null
        : Math.max(own.cacheSeconds, target.cacheSeconds),
  }
}

/** Until it has been seen everywhere a key's record is published again and again; then only where somebody took it away. */
function publisher(actor: Actor, key: MovingKey, domain: DnsDomain, place: KeyPlace, name: string, deps: DnsDeps) {
  return async () => {
    if (key.state === 'generated') await publishKeyAt(actor, domain, place, name, deps)
  }
}

/**
 * What DNS says of a key's record now, published first where we publish it and it is not everywhere. Resolvers are asked
 * only when every authoritative server has it.
 */
export async function observeKey(actor: Actor, key: MovingKey, deps: DnsDeps): Promise<DnsFacts> {
  const domain = await requireDnsDomain(actor, key.domain.name)
  const place = await keyPlace(domain, key.slot !== null)
  const records = await currentRecords(domain.id)
  const row = await db().dnsRecord.findFirst({ where: { dkimKeyId: key.id, purpose: 'dkim' }, select: { id: true } })
  const record = records.find(({ id }) => id === row?.id)
  if (!record) return UNKNOWN
  const facts = await lookAt(place, record, deps, publisher(actor, key, domain, place, record.name, deps))
  if (key.slot === null) return facts
  const aliasName = dkimRecordName(key.slot, domain.name)
  const alias = records.find(({ name, type, purpose }) => purpose === 'dkim' && type === 'CNAME' && name === aliasName)
  const direct = { ...domain, isDelegated: false }
  return withAlias(domain, record, alias, facts, deps, publisher(actor, key, domain, direct, aliasName, deps))
}
