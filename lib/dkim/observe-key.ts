import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { MovingKey } from '@/lib/dkim/moving-key'
import type { KeyFacts } from '@/lib/dkim/key-state'
import { dkimRecordName } from '@/lib/dkim/record'
import { askAuthority } from '@/lib/dns/authority'
import { currentRecords, observeAndStore } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { domainAuthority } from '@/lib/dns/domain-authority'
import { parseFound } from '@/lib/dns/found'
import { requireDnsDomain, type DnsDomain } from '@/lib/dns/load-domain'
import { isEverywhere, type Finding, type Observation } from '@/lib/dns/observe'
import { publishRecords } from '@/lib/dns/publish-domain'

type DnsFacts = Pick<KeyFacts, 'authoritative' | 'resolvers' | 'cacheSeconds'>

const UNKNOWN: DnsFacts = { authoritative: 'temperror', resolvers: null, cacheSeconds: null }

function readResolvers(findings: readonly Finding[]): DnsFacts['resolvers'] {
  const asked = findings.filter((one) => one.kind === 'resolver')
  if (asked.length === 0) return null
  if (asked.every((one) => one.state === 'ok')) return 'all'
  return asked.some((one) => one.state !== 'ok' && one.state !== 'temperror') ? 'not-all' : 'temperror'
}

function readAuthoritative(observation: Observation): DnsFacts['authoritative'] {
  if (isEverywhere(observation)) return 'all'
  const known = observation.findings.filter((one) => one.kind === 'authoritative' && one.state !== 'temperror')
  return known.some((one) => one.state !== 'ok') ? 'not-all' : 'temperror'
}

function longest(findings: readonly Finding[], isWanted: (one: Finding) => boolean): number {
  return Math.max(0, ...findings.filter(isWanted).map((one) => one.ttlSeconds ?? 0))
}

/** What the zone's servers say of how long "there is nothing" is kept: asked for a type that the name does not have. Null where none says. */
async function negativeTtl(deps: DnsDeps, domain: DnsDomain, name: string): Promise<number | null> {
  const found = await domainAuthority(deps.dns, domain.name, domain.provider?.config ?? null)
  if (found.status !== 'found') return null
  const answers = await askAuthority(deps.dns, found.authority, name, 'SOA')
  const seconds = answers.flatMap(({ answer }) =>
    (answer.status === 'nodata' || answer.status === 'nxdomain' || answer.status === 'answer') && answer.soa
      ? [answer.soa.negativeTtlSeconds]
      : [],
  )
  return seconds.length > 0 ? Math.max(...seconds) : null
}

/** Findings of the last look at the record: what stood there before the key did may be in caches. */
async function earlierFindings(recordId: string): Promise<Finding[]> {
  const row = await db().dnsObservation.findUnique({ where: { recordId }, select: { found: true } })
  return row ? parseFound(row.found).findings : []
}

/**
 * What DNS says of a key's record now, published first where the domain has a provider and the record is not everywhere.
 * Resolvers are asked by the observation only when every authoritative server has the record.
 */
export async function observeKey(actor: Actor, key: MovingKey, deps: DnsDeps): Promise<DnsFacts> {
  const domain = await requireDnsDomain(actor, key.domain.name)
  const name = dkimRecordName(key.selector, domain.name)
  const record = (await currentRecords(domain.id)).find((row) => row.purpose === 'dkim' && row.name === name)
  if (!record) return UNKNOWN
  let earlier = await earlierFindings(record.id)
  if (earlier.length === 0) {
    // What stood there before we publish: other text (a wildcard's, say) has its own time in caches.
    await observeAndStore(domain, [record], deps)
    earlier = await earlierFindings(record.id)
  }
  if (key.state === 'generated' && domain.provider) await publishRecords(actor, domain.name, deps, [name])
  const observation = (await observeAndStore(domain, [record], deps)).get(record.id)
  if (!observation) return UNKNOWN
  const authoritative = readAuthoritative(observation)
  const negative = authoritative === 'all' ? await negativeTtl(deps, domain, name) : null
  const own = longest(observation.findings, (one) => one.kind === 'authoritative' && one.state === 'ok')
  const before = longest(earlier, (one) => one.kind === 'authoritative' && one.state !== 'ok' && one.values.length > 0)
  return {
    authoritative,
    resolvers: readResolvers(observation.findings),
    cacheSeconds: negative === null ? null : Math.max(own, negative, before),
  }
}
