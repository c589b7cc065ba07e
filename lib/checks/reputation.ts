import { blockLists, readListing, type BlockList } from '@/lib/checks/block-lists'
import {
  fillResults,
  result,
  type CheckFamily,
  type CheckResult,
  type DomainFacts,
  type NodeFacts,
} from '@/lib/checks/check'
import { look } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import { resolve } from '@/lib/dns/resolver'
import { isGlobalAddress, reverseName } from '@/lib/settings/addresses'
import { isPrivateName } from '@/lib/settings/server-checks'

export const REPUTATION_CHECKS = { 'reputation.address': { who: 'host' } } as const
export const DOMAIN_REPUTATION_CHECKS = { 'reputation.domain': { who: 'sender' } } as const

type Check = keyof typeof REPUTATION_CHECKS | keyof typeof DOMAIN_REPUTATION_CHECKS

/** What the sentences of a check that has nothing to say are filled with. */
const NOTHING = { state: 'clear', list: '', listed: '' }

/** The codes with the list's own words, which often hold the way off it (RFC 5782 §2.1: TXT beside A). */
async function reasons(world: CheckWorld, name: string, codes: readonly string[]): Promise<string[]> {
  const words = await look(world, name, 'TXT')
  return [...codes, ...(words.status === 'found' ? words.values : [])]
}

/** Asks one list about one name. Refusals and resolvers that answer everything say nothing of it (MAIL rule 34). */
async function askList(world: CheckWorld, check: Check, list: BlockList, listed: string, label: string) {
  const name = `${label}.${list.zone}`
  const answer = readListing(await resolve(world.dns, name, 'A'))
  const say = (level: CheckResult['level'], found: string[] = []) =>
    result(check, level, {
      ...{ subject: `${listed} ${list.zone}`, found },
      values: { state: answer.status, list: list.zone, listed },
    })
  switch (answer.status) {
    case 'clear':
      return say('ok')
    case 'unknown':
      return say('unknown', [answer.words])
    case 'refused':
    case 'strange':
      return say('info')
    case 'listed':
      return say(list.isGrave ? 'broken' : 'attention', await reasons(world, name, answer.codes))
  }
}

/** Point 62: no public address of a mail node is on a list of addresses. Private ones are on none. */
export function reputationFamily(lists: readonly BlockList[] = blockLists()): CheckFamily<NodeFacts> {
  const run = async (world: CheckWorld, { roles, publicAddresses }: NodeFacts): Promise<CheckResult[]> => {
    const addresses = roles.includes('smtp') ? publicAddresses.filter(isGlobalAddress) : []
    const asked = addresses.flatMap((address) =>
      lists
        .filter(({ of }) => of === 'address')
        .map((list) => {
          const label = reverseName(address).replace(/\.(?:in-addr|ip6)\.arpa$/, '')
          return askList(world, 'reputation.address', list, address, label)
        }),
    )
    return fillResults(REPUTATION_CHECKS, await Promise.all(asked), 'none', NOTHING)
  }
  return { name: 'reputation', checks: Object.keys(REPUTATION_CHECKS), run }
}

/** Point 63: the domain is on no list of domains. */
export function domainReputationFamily(lists: readonly BlockList[] = blockLists()): CheckFamily<DomainFacts> {
  const run = async (world: CheckWorld, { name }: DomainFacts): Promise<CheckResult[]> => {
    const asked = isPrivateName(name) ? [] : lists.filter(({ of }) => of === 'domain')
    const results = await Promise.all(asked.map((list) => askList(world, 'reputation.domain', list, name, name)))
    return fillResults(DOMAIN_REPUTATION_CHECKS, results, 'none', NOTHING)
  }
  return { name: 'domain-reputation', checks: Object.keys(DOMAIN_REPUTATION_CHECKS), run }
}
