import {
  fillResults,
  result,
  type CheckFamily,
  type CheckResult,
  type DomainFacts,
  type NodeFacts,
} from '@/lib/checks/check'
import { lookAtZone, valuesOf } from '@/lib/checks/look'
import { judgeCost } from '@/lib/checks/spf-cost'
import { judgeParked, judgePresence, judgeTerms, type SeenSpf } from '@/lib/checks/spf-record'
import { evaluateOwn, judgeAddress, judgeHelo } from '@/lib/checks/spf-senders'
import type { CheckWorld } from '@/lib/checks/world'
import { canonicalAddress } from '@/lib/dns/record'
import { spfCost } from '@/lib/spf/cost'
import { mergeSpf } from '@/lib/spf/merge'
import { isSpfRecord, selectSpfRecord } from '@/lib/spf/record'
import { repairSpf } from '@/lib/spf/repair'

export const SPF_CHECKS = {
  'spf.missing': { who: 'dns' },
  'spf.several': { who: 'dns' },
  'spf.syntax': { who: 'dns' },
  'spf.ignored': { who: 'dns' },
  'spf.too-many-lookups': { who: 'dns' },
  'spf.void-lookups': { who: 'dns' },
  'spf.loop': { who: 'dns' },
  'spf.broken-include': { who: 'dns' },
  'spf.all': { who: 'dns' },
  'spf.own-addresses': { who: 'dns' },
  'spf.obsolete': { who: 'dns' },
  'spf.length': { who: 'dns' },
  'spf.parked': { who: 'dns' },
} as const

/** Of a mail node: once for all of its domains (MAIL rule 33). */
export const SPF_HOST_CHECKS = { 'spf.helo': { who: 'dns' } } as const

/** An address that sends, with the name that its node says in EHLO. */
interface Sender {
  address: string
  helo: string
}

function sendersOf(nodes: readonly NodeFacts[]): Sender[] {
  const all = nodes.flatMap(({ publicAddresses, hostName }) =>
    publicAddresses.flatMap((text) => {
      const address = canonicalAddress(text)
      return address === null ? [] : [{ address, helo: hostName }]
    }),
  )
  return all.filter(({ address }, index) => all.findIndex((other) => other.address === address) === index)
}

/**
 * The record that would let our addresses pass, the smallest edit of a valid `text`. What others need in it stays, also
 * where it becomes longer than it should be: that has a check of its own.
 */
function withUs(text: string, senders: readonly Sender[]): string[] {
  const addresses = senders.map(({ address }) => address)
  const merge = mergeSpf(text, addresses)
  if (merge.kind !== 'refused') return [merge.kind === 'merged' ? merge.text : text]
  const [version = '', ...terms] = text.split(' ')
  const missing = addresses
    .map((address) => `${address.includes(':') ? 'ip6' : 'ip4'}:${address}`)
    .filter((term) => !terms.includes(term))
  return [[version, ...missing, ...terms].join(' ')]
}

/** `edit` is the live record with us in it; `repair` one that also means what it was meant to. */
function proposals({ name, wanted, nodes, policy }: DomainFacts, texts: readonly string[]) {
  const ours = wanted.filter((one) => one.purpose === 'spf' && one.name === name).map((one) => one.value)
  const records = texts.filter(isSpfRecord)
  const [record] = records
  // Nothing is proposed where nothing of ours should be there; a domain without mail has one right record.
  if (ours.length === 0 || record === undefined || policy.isParked) return { edit: ours, repair: ours }
  const senders = sendersOf(nodes)
  return { edit: withUs(record, senders), repair: withUs(repairSpf(records, policy.spfAll), senders) }
}

async function judgeRecord(world: CheckWorld, facts: DomainFacts, texts: readonly string[]): Promise<CheckResult[]> {
  const { name, policy, kind } = facts
  const { edit, repair } = proposals(facts, texts)
  const seen: SeenSpf = { texts, selection: selectSpfRecord(texts), expected: repair }
  const done = [...judgePresence(seen, policy.isParked), ...judgeTerms(seen)]
  if (policy.isParked) done.push(judgeParked(seen))
  if (seen.selection.status !== 'record') return done
  const senders = policy.isParked || kind === 'backup_mx' ? [] : sendersOf(facts.nodes)
  // Both ask much the same, and a world remembers its answers.
  const [cost, judged] = await Promise.all([
    spfCost(world.dns, name, { texts }),
    Promise.all(
      senders.map(async ({ address, helo }) => {
        const evaluation = await evaluateOwn(world, { address, sender: `postmaster@${name}`, helo }, texts)
        return { address, evaluation }
      }),
    ),
  ])
  const voids = Math.max(0, ...judged.map(({ evaluation }) => evaluation.voidLookups))
  return [
    ...done,
    ...judgeCost(cost, voids, repair),
    ...judged.map(({ address, evaluation }) => judgeAddress(name, address, evaluation, edit)),
  ]
}

async function run(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const found = await lookAtZone(world, facts.name, facts.name, 'TXT')
  if (found.status === 'unknown') {
    return fillResults(SPF_CHECKS, [result('spf.missing', 'unknown', { found: [found.words] })], 'unknown')
  }
  return fillResults(SPF_CHECKS, await judgeRecord(world, facts, valuesOf(found)), 'none')
}

/** SPF as receivers evaluate it (RFC 7208), for the addresses that the domain's mail leaves from. */
export const spfFamily: CheckFamily<DomainFacts> = { name: 'spf', checks: Object.keys(SPF_CHECKS), run }

async function runHost(world: CheckWorld, { hostName, roles, publicAddresses }: NodeFacts): Promise<CheckResult[]> {
  const addresses = publicAddresses.map(canonicalAddress).filter((address) => address !== null)
  if (!roles.includes('smtp') || hostName === '' || addresses.length === 0) return [result('spf.helo', 'none')]
  const found = await lookAtZone(world, hostName, hostName, 'TXT')
  if (found.status === 'unknown') {
    return [result('spf.helo', 'unknown', { subject: hostName, found: [found.words] })]
  }
  const texts = valuesOf(found)
  const evaluations = await Promise.all(
    addresses.map(async (address) => {
      const evaluation = await evaluateOwn(world, { address, sender: '', helo: hostName }, texts)
      return { address, evaluation }
    }),
  )
  return [judgeHelo(hostName, texts.filter(isSpfRecord), evaluations)]
}

/** SPF of the name that a mail node says in EHLO, by which bounces are judged (RFC 7208 §2.3, §2.4). */
export const spfHostFamily: CheckFamily<NodeFacts> = {
  name: 'spf-host',
  checks: Object.keys(SPF_HOST_CHECKS),
  run: runHost,
}
