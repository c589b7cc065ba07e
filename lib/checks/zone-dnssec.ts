import { result, type CheckLevel, type CheckResult } from '@/lib/checks/check'
import { look } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import { askAuthority, type Authority } from '@/lib/dns/authority'
import { resolve } from '@/lib/dns/resolver'

/** Algorithms and digests that are not to be used for signing any more (RFC 8624 §3). */
const WEAK_ALGORITHMS = ['1', '3', '5', '6', '7']
const WEAK_DIGESTS = ['1']

type State = 'signed' | 'weak' | 'unsigned' | 'unchained' | 'bogus' | 'unvalidated' | 'silent'

const LEVELS: Record<State, CheckLevel> = {
  signed: 'ok',
  // Mail works without DNSSEC (MAIL rule 34).
  unsigned: 'info',
  unchained: 'info',
  weak: 'attention',
  bogus: 'broken',
  unvalidated: 'unknown',
  silent: 'unknown',
}

function say(state: State, found: string[] = []): CheckResult {
  return result('zone.dnssec', LEVELS[state], { found: found.toSorted(), values: { state } })
}

/** Whether a resolver that refuses the zone gives it unchecked: then its signatures are what is wrong (RFC 4035 §5.5). */
async function isBogus({ dns }: CheckWorld, zone: string): Promise<boolean> {
  const answers = await Promise.all(
    dns.resolvers.map(async (server) => {
      const checked = await dns.ask(server, zone, 'SOA', 'recursive')
      if (checked.status !== 'temperror' || checked.reason !== 'servfail') return false
      return (await dns.ask(server, zone, 'SOA', 'unchecked')).status === 'answer'
    }),
  )
  return answers.includes(true)
}

/** True where the zone's own servers give a key; null where nobody answered. */
async function hasKeys(world: CheckWorld, authority: Authority | null): Promise<boolean | null> {
  if (!authority) return null
  const answers = await askAuthority(world.dns, authority, authority.zone, 'DNSKEY')
  const known = answers.filter(({ answer }) => answer.status !== 'temperror')
  return known.length === 0 ? null : known.some(({ answer }) => answer.status === 'answer')
}

/**
 * Point 4: signed and valid by the AD flag of a resolver that validates; bogus where that resolver gives the zone only
 * unchecked; and what lies between (RFC 4035 §3.2.3, §5). `authority` is null where the servers could not be found.
 */
export async function checkDnssec(world: CheckWorld, zone: string, authority: Authority | null): Promise<CheckResult> {
  const answer = await resolve(world.dns, zone, 'SOA')
  if (answer.status === 'temperror') return (await isBogus(world, zone)) ? say('bogus') : say('silent', [answer.words])
  const [chain, isKeyed] = await Promise.all([look(world, zone, 'DS'), hasKeys(world, authority)])
  const isAuthentic = 'isAuthentic' in answer && answer.isAuthentic
  // A resolver may trust the zone's key by itself.
  if (isAuthentic && chain.status !== 'found') return say('signed')
  if (chain.status === 'unknown') return say('silent', [chain.words])
  if (chain.status === 'absent') return say(isKeyed ? 'unchained' : 'unsigned')
  if (!isAuthentic) {
    // Servers without keys under a parent that vouches for one: whoever validates gets nothing.
    return say(isKeyed === false || (await isBogus(world, zone)) ? 'bogus' : 'unvalidated', chain.values)
  }
  const fields = chain.values.map((value) => value.split(' '))
  const isWeak = fields.every(
    ([, algorithm = '', digest = '']) => WEAK_ALGORITHMS.includes(algorithm) || WEAK_DIGESTS.includes(digest),
  )
  return say(isWeak ? 'weak' : 'signed', chain.values)
}
