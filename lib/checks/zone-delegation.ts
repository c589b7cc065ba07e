import { result, type CheckResult } from '@/lib/checks/check'
import { look, lookUpHost } from '@/lib/checks/look'
import type { CheckWorld } from '@/lib/checks/world'
import type { DnsAnswer } from '@/lib/dns/answer'
import type { Authority } from '@/lib/dns/authority'
import { resolve } from '@/lib/dns/resolver'
import { isSameAddress } from '@/lib/settings/addresses'

/** So many servers of the zone above are asked before they count as silent. */
const MOST_PARENTS = 3
const DNS_PORT = 53

const plain = (name: string) => name.replace(/\.$/, '')

/** Addresses of servers of the zone above, one a server. */
async function parentServers(world: CheckWorld, zone: string): Promise<string[]> {
  const above = zone.split('.').slice(1).join('.')
  const soa = await resolve(world.dns, above, 'SOA')
  const parent = 'soa' in soa ? soa.soa?.zone : undefined
  if (parent === undefined) return []
  const ns = await look(world, parent, 'NS')
  const names = ns.status === 'found' ? ns.values.map(plain).sort().slice(0, MOST_PARENTS) : []
  const hosts = await Promise.all(names.map((name) => lookUpHost(world, name)))
  return hosts.flatMap(({ addresses }) => addresses.slice(0, 1))
}

/** What the zone above says of this one: the first of its servers that answers. */
async function askParent(world: CheckWorld, zone: string): Promise<DnsAnswer> {
  let last: DnsAnswer = { status: 'temperror', reason: 'unreachable', words: 'no server of the zone above was found' }
  for (const address of await parentServers(world, zone)) {
    last = await world.dns.ask({ address, port: DNS_PORT }, zone, 'NS', 'authoritative')
    if (last.status !== 'temperror') return last
  }
  return last
}

function judgeNames(above: readonly string[], own: readonly string[]): CheckResult {
  const isSame = above.join() === own.join()
  const level = isSame ? 'ok' : own.length === 0 ? 'unknown' : 'attention'
  const state = isSame ? 'same' : 'differs'
  return result('zone.delegation', level, { found: [...above], expected: isSame ? [] : [...own], values: { state } })
}

/** Point 3: addresses given above for servers that lie in the zone itself are those of the zone (RFC 1912 §2.3). */
async function judgeGlue(world: CheckWorld, zone: string, answer: DnsAnswer & { status: 'referral' }) {
  const names = [...new Set(answer.serverNames)].filter((name) => name === zone || name.endsWith(`.${zone}`)).sort()
  if (names.length === 0) return result('zone.glue', 'none')
  const pairs = await Promise.all(
    names.map(async (name) => {
      const glue = answer.glue.filter((one) => one.name === name).map(({ address }) => address)
      const { addresses, unknown } = await lookUpHost(world, name)
      const isSame = glue.length > 0 && glue.every((one) => addresses.some((other) => isSameAddress(one, other)))
      return { name, glue, addresses, isSame, isUnknown: !isSame && unknown.length > 0 }
    }),
  )
  const wrong = pairs.filter(({ isSame }) => !isSame)
  const level = wrong.length === 0 ? 'ok' : wrong.some(({ isUnknown }) => isUnknown) ? 'unknown' : 'attention'
  const line = (name: string, addresses: readonly string[]) => [name, ...addresses.toSorted()].join(' ')
  return result('zone.glue', level, {
    found: wrong.map(({ name, glue }) => line(name, glue)),
    expected: wrong.map(({ name, addresses }) => line(name, addresses)),
  })
}

/** What the zone above says of the zone's servers, against what the zone says itself. */
export async function checkDelegation(world: CheckWorld, { zone }: Authority): Promise<CheckResult[]> {
  if (!zone.includes('.')) return []
  const [answer, own] = await Promise.all([askParent(world, zone), look(world, zone, 'NS')])
  const values = { state: 'same' }
  switch (answer.status) {
    case 'temperror': {
      const found = [answer.words]
      return [result('zone.delegation', 'unknown', { found, values }), result('zone.glue', 'unknown')]
    }
    case 'referral': {
      const names = own.status === 'found' ? own.values.map(plain).sort() : []
      if (answer.zone !== zone)
        return [result('zone.delegation', 'unknown', { values }), result('zone.glue', 'unknown')]
      return [judgeNames([...new Set(answer.serverNames)].sort(), names), await judgeGlue(world, zone, answer)]
    }
    case 'nxdomain':
    case 'nodata':
      return [result('zone.delegation', 'attention', { values: { state: 'gone' } })]
    default:
      // The same server holds both zones: it answers by itself and has nothing to pass on.
      return [result('zone.delegation', 'ok', { values })]
  }
}
