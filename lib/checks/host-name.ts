import { result, type CheckLevel, type CheckResult, type NodeFacts } from '@/lib/checks/check'
import { lookUpHost } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import { formatServer } from '@/lib/dns/resolver'
import { isGlobalAddress } from '@/lib/settings/addresses'
import { checkServer, type Dial, type ServerCheckResult } from '@/lib/settings/server-checks'

/** How the way out is tried: `dial` is null where this process must not connect outside. */
export interface Outside {
  dial: Dial | null
  /** Whose mail server is tried; null: none. */
  postmasterAddress: string | null
}

/** A zone that every public DNS has and that is signed: whoever validates says so of it. */
const SIGNED_ZONE = 'org'

type Check = (one: ServerCheckResult, isPublic: boolean) => CheckResult[]

/** What of an address that nobody outside reaches is not as it should be harms nobody (MAIL rule 34). */
function level(one: ServerCheckResult['level'], isPublic: boolean): CheckLevel {
  return isPublic || one === 'ok' || one === 'unknown' ? one : 'info'
}

function say(check: string, one: ServerCheckResult, isPublic: boolean, more: Partial<CheckResult> = {}): CheckResult {
  const { subject, found, expected, code } = one
  return result(check, level(one.level, isPublic), {
    ...{ subject, found: found.toSorted(), expected, values: { state: code }, ...more },
  })
}

/** What one look at the reverse name of an address says to each of the checks about it (RFC 1912 §2.1). */
const judgeReverse: Check = (one, isPublic) => {
  const isSix = one.subject.includes(':')
  const fine = { level: 'ok' as const, expected: [] }
  const ptr = one.code === 'none' || one.level === 'unknown' ? one : { ...one, ...fine }
  const results = [say(isSix ? 'host.ipv6-ptr' : 'host.ptr', ptr, isPublic)]
  if (one.code === 'none' || one.level === 'unknown') return results
  const confirmed = one.code === 'unconfirmed' ? one : { ...one, ...fine }
  results.push(say('host.fcrdns', confirmed, isPublic))
  if (one.code !== 'unconfirmed') results.push(say('host.ptr-name', one, isPublic))
  return results
}

/** One server elsewhere that does not answer in time is not yet proof of a closed way. */
function judgeWayOut(one: ServerCheckResult): CheckResult {
  const isSilent = one.code === 'blocked' && one.found.some((words) => words.startsWith('no answer'))
  return say('host.port25-out', isSilent ? { ...one, level: 'attention' } : one, true)
}

/** Point 17: a name made of the address, as providers give to lines of homes. */
function looksGeneric(hostName: string, addresses: readonly string[]): boolean {
  return addresses.some((address) => {
    if (address.includes(':')) return false
    const octets = address.split('.')
    return [octets, octets.toReversed()].some((order) =>
      new RegExp(`(?<!\\d)0*${order.join('[.-]0*')}(?!\\d)`).test(hostName),
    )
  })
}

const BY_CHECK: Record<ServerCheckResult['check'], Check> = {
  // A private name is a trial's: nobody has to act.
  hostName: (one) => [say('host.name', one, one.code !== 'privateName', { subject: '' })],
  forward: (one, isPublic) => [say('host.forward', one, isPublic, { subject: '' })],
  reverse: judgeReverse,
  port25: (one) => (one.code === 'notTried' ? [] : [judgeWayOut(one)]),
}

/** Point 13: the name leads to the machine itself only where nothing of it is public. */
async function checkLoopback(world: CheckWorld, { hostName, publicAddresses }: NodeFacts): Promise<CheckResult[]> {
  if (!publicAddresses.some(isGlobalAddress)) return []
  const { addresses, unknown } = await lookUpHost(world, hostName)
  const found = addresses.filter((address) => /^127\.|^::1$/.test(address)).sort()
  if (found.length > 0) return [result('host.loopback', 'broken', { found })]
  return [result('host.loopback', addresses.length === 0 && unknown.length > 0 ? 'unknown' : 'ok')]
}

/** Point 5: a resolver that validates says so of a signed zone (RFC 6840 §5.8). One that knows no public name is a laboratory's. */
async function checkResolvers({ dns }: CheckWorld): Promise<CheckResult[]> {
  const results = await Promise.all(
    dns.resolvers.map(async (server) => {
      const answer = await dns.ask(server, SIGNED_ZONE, 'SOA', 'recursive')
      const about = { subject: formatServer(server) }
      if (answer.status === 'temperror')
        return [result('host.resolver-dnssec', 'unknown', { ...about, found: [answer.words] })]
      if (answer.status !== 'answer') return []
      return [result('host.resolver-dnssec', answer.isAuthentic ? 'ok' : 'info', about)]
    }),
  )
  return results.flat()
}

/** Name, addresses, reverse names, resolvers and the way out of a node. A node that takes no mail has only a name. */
export async function checkName(world: CheckWorld, facts: NodeFacts, outside: Outside): Promise<CheckResult[]> {
  const { hostName, roles } = facts
  const isMailServer = roles.includes('smtp')
  const settings = {
    hostName,
    publicAddresses: [...facts.publicAddresses],
    postmasterAddress: outside.postmasterAddress,
  }
  const dial = isMailServer ? outside.dial : null
  const [looks, ...rest] = await Promise.all([
    checkServer(settings, { dns: world.dns, dial }),
    checkLoopback(world, facts),
    checkResolvers(world),
  ])
  const isGeneric = looksGeneric(hostName, facts.publicAddresses)
  const results = looks
    .map((one) => (one.code === 'full' && isGeneric ? { ...one, code: 'generic', level: 'attention' as const } : one))
    .filter(({ check }) => isMailServer || check === 'hostName' || check === 'forward')
    .flatMap((one) => BY_CHECK[one.check](one, isPublicLook(one, facts)))
  return [...results, ...rest.flat()]
}

function isPublicLook({ check, subject }: ServerCheckResult, { publicAddresses }: NodeFacts): boolean {
  return check === 'reverse' ? isGlobalAddress(subject) : publicAddresses.some(isGlobalAddress)
}
