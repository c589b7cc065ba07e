import { isIP } from 'node:net'
import {
  fillResults,
  result,
  type CheckFamily,
  type CheckResult,
  type DomainFacts,
  type NodeFacts,
} from '@/lib/checks/check'
import { look, lookAtZone, lookUpHost } from '@/lib/checks/look'
import { isFilteringGateway } from '@/lib/checks/mail-gateways'
import type { CheckWorld } from '@/lib/checks/world'
import { isGlobalAddress, isSameAddress } from '@/lib/settings/addresses'

export const MX_CHECKS = {
  'mx.missing': { who: 'dns' },
  'mx.null': { who: 'dns' },
  'mx.literal': { who: 'dns' },
  'mx.cname': { who: 'dns' },
  'mx.address': { who: 'dns' },
  'mx.ours': { who: 'dns' },
  'mx.preference': { who: 'dns' },
  'mx.duplicates': { who: 'dns' },
} as const

/** What the sentences of a check that has nothing to say are filled with. */
const NOTHING = { state: 'fine', names: '', hosts: '' }

/** A mail server that a domain names, and what is known of it. */
interface Exchange {
  preference: number
  /** Without its final dot; empty for the null MX (RFC 7505 §3). */
  host: string
  addresses: string[]
  /** Words where its addresses could not be learned whole. */
  unknown: string[]
  alias: string | null
  isOurs: boolean
}

function isOurs(host: string, addresses: readonly string[], nodes: readonly NodeFacts[]): boolean {
  return nodes.some(
    (node) =>
      node.hostName === host ||
      node.publicAddresses.some((own) => addresses.some((address) => isSameAddress(own, address))),
  )
}

async function lookUpExchange(world: CheckWorld, value: string, nodes: readonly NodeFacts[]): Promise<Exchange> {
  const [number = '0', name = ''] = value.split(' ')
  const host = name.replace(/\.$/, '').toLowerCase()
  const known = { preference: Number(number), host }
  if (host === '' || isIP(host) !== 0) return { ...known, addresses: [], unknown: [], alias: null, isOurs: false }
  const [{ addresses, unknown }, alias] = await Promise.all([lookUpHost(world, host), look(world, host, 'CNAME')])
  return {
    ...{ ...known, addresses, unknown, isOurs: isOurs(host, addresses, nodes) },
    alias: alias.status === 'found' ? (alias.values[0] ?? '').replace(/\.$/, '') : null,
  }
}

/** What one mail server's name is like: no address, no alias (RFC 5321 §5.1, RFC 2181 §10.3), and it leads somewhere. */
function judgeExchange({ host, addresses, unknown, alias, isOurs: own }: Exchange): CheckResult[] {
  const about = { subject: host }
  if (isIP(host) !== 0) return [result('mx.literal', 'broken', { ...about, found: [host] })]
  const cname =
    alias === null ? result('mx.cname', 'ok', about) : result('mx.cname', 'broken', { ...about, found: [alias] })
  const outside = addresses.filter(isGlobalAddress)
  const say = (level: CheckResult['level'], state: string) =>
    result('mx.address', level, { ...about, found: addresses.toSorted(), values: { state } })
  if (addresses.length === 0 && unknown.length > 0)
    return [cname, { ...say('unknown', 'none'), found: unknown.slice(0, 1) }]
  if (addresses.length === 0) return [cname, say('broken', 'none')]
  if (outside.length === addresses.length) return [cname, say('ok', 'fine')]
  // A node that is private on purpose: a laboratory, or a network of its own.
  if (own) return [cname, say('info', 'private')]
  return [cname, outside.length === 0 ? say('broken', 'private') : say('attention', 'some')]
}

/** Whether mail for the domain comes to us: none of it is broken, some of it elsewhere is worth attention. */
function judgeOurs(exchanges: readonly Exchange[], { nodes, policy, kind }: DomainFacts): CheckResult {
  const expected = nodes.map(({ hostName }) => hostName).sort()
  const foreign = exchanges.filter((one) => !one.isOurs)
  const found = exchanges.map(({ host }) => host).sort()
  const say = (level: CheckResult['level'], state: string) => {
    const hosts = foreign.map(({ host }) => host).sort()
    return result('mx.ours', level, { found, expected, values: { state, hosts: hosts.join(', ') } })
  }
  if (nodes.length === 0 || exchanges.length === 0) return say('none', 'fine')
  if (foreign.length === 0) return say('ok', 'fine')
  if (policy.mx === 'later') return say('none', 'fine')
  if (foreign.length < exchanges.length) return say(kind === 'backup_mx' ? 'ok' : 'attention', 'some')
  if (foreign.every(({ host }) => isFilteringGateway(host))) return say('attention', 'gateway')
  return foreign.some(({ unknown }) => unknown.length > 0) ? say('unknown', 'none') : say('broken', 'none')
}

/** Who is tried first (the lowest number, RFC 5321 §5.1): we for our own domains, others where we are their backup. */
function judgePreference(exchanges: readonly Exchange[], { kind, policy }: DomainFacts): CheckResult {
  const best = (some: readonly Exchange[]) => Math.min(...some.map(({ preference }) => preference))
  const ours = exchanges.filter((one) => one.isOurs)
  const foreign = exchanges.filter((one) => !one.isOurs)
  const found = exchanges.map(({ preference, host }) => `${preference} ${host}`).sort()
  const say = (level: CheckResult['level'], state: string) =>
    result('mx.preference', level, { found: level === 'ok' ? [] : found, values: { state } })
  if (ours.length === 0 || policy.mx === 'later') return say('none', 'fine')
  if (kind !== 'backup_mx')
    return foreign.length > 0 && best(foreign) <= best(ours) ? say('attention', 'second') : say('ok', 'fine')
  if (foreign.length === 0) return say('attention', 'alone')
  return best(ours) <= best(foreign) ? say('attention', 'first') : say('ok', 'fine')
}

function judgeDuplicates(exchanges: readonly Exchange[]): CheckResult {
  const hosts = exchanges.map(({ host }) => host)
  const twice = [...new Set(hosts.filter((host, index) => hosts.indexOf(host) !== index))].sort()
  if (twice.length > 0)
    return result('mx.duplicates', 'attention', { found: twice, values: { state: 'host', names: twice.join(', ') } })
  const sharing = exchanges.filter((one) =>
    exchanges.some((other) => other !== one && one.addresses.some((address) => other.addresses.includes(address))),
  )
  const names = sharing.map(({ host }) => host).sort()
  const state = names.length > 0 ? 'address' : 'fine'
  return result('mx.duplicates', names.length > 0 ? 'info' : 'ok', {
    ...{ found: names, values: { state, names: names.join(', ') } },
  })
}

/** RFC 7505: "no mail", said where it is meant, not said where it is not, and never beside others. */
function judgeNull(exchanges: readonly Exchange[], { policy }: DomainFacts): CheckResult {
  const found = exchanges.map(({ preference, host }) => `${preference} ${host}.`).sort()
  const isSaid = exchanges.some(({ host }) => host === '')
  const say = (level: CheckResult['level'], state: string, expected: string[] = []) =>
    result('mx.null', level, { found: level === 'none' ? [] : found, expected, values: { state } })
  if (isSaid && exchanges.length > 1) return say('broken', 'mixed')
  if (policy.isParked) return isSaid ? say('ok', 'fine') : say('attention', 'missing', ['0 .'])
  if (!isSaid) return say('none', 'fine')
  return say(policy.mx === 'later' ? 'attention' : 'broken', 'refuses')
}

function judgeMissing(isThere: boolean, { wanted, policy }: DomainFacts): CheckResult {
  const expected = wanted.filter(({ purpose }) => purpose === 'mx').map(({ value }) => value)
  if (isThere) return result('mx.missing', 'ok')
  if (policy.isParked) return result('mx.missing', 'none')
  return result('mx.missing', policy.mx === 'later' ? 'info' : 'broken', { expected })
}

async function run(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const found = await lookAtZone(world, facts.name, facts.name, 'MX')
  if (found.status === 'unknown')
    return fillResults(MX_CHECKS, [result('mx.missing', 'unknown', { found: [found.words] })], 'unknown', NOTHING)
  const values = found.status === 'found' ? found.values : []
  const exchanges = await Promise.all(values.map((value) => lookUpExchange(world, value, facts.nodes)))
  const always = [judgeMissing(values.length > 0, facts), judgeNull(exchanges, facts)]
  const named = exchanges.filter(({ host }) => host !== '')
  if (facts.policy.isParked || named.length === 0) return fillResults(MX_CHECKS, always, 'none', NOTHING)
  const seen = new Map(named.map((one) => [one.host, one]))
  const results = [
    ...always,
    ...[...seen.values()].flatMap(judgeExchange),
    ...[judgeOurs(named, facts), judgePreference(named, facts), judgeDuplicates(named)],
  ]
  return fillResults(MX_CHECKS, results, 'ok', NOTHING)
}

/** Where mail for a domain goes: its MX records and the hosts that they name. */
export const mxFamily: CheckFamily<DomainFacts> = { name: 'mx', checks: Object.keys(MX_CHECKS), run }
