import { fillResults, result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'
import type { CheckWorld } from '@/lib/checks/world'
import { checkDelegation } from '@/lib/checks/zone-delegation'
import { checkDnssec } from '@/lib/checks/zone-dnssec'
import { checkAlias, checkCaa, checkWildcard } from '@/lib/checks/zone-records'
import { checkServers } from '@/lib/checks/zone-servers'

export const ZONE_CHECKS = {
  'zone.nameservers': { who: 'dns' },
  'zone.lame': { who: 'dns' },
  'zone.answers': { who: 'dns' },
  'zone.serials': { who: 'dns' },
  'zone.delegation': { who: 'dns' },
  'zone.glue': { who: 'dns' },
  'zone.dnssec': { who: 'dns' },
  'zone.ipv6': { who: 'dns' },
  'zone.caa': { who: 'dns' },
  'zone.alias': { who: 'dns' },
  'zone.wildcard': { who: 'dns' },
} as const

/** What the sentences of a check that has nothing to say are filled with. */
const NOTHING = { state: 'fine', names: '', issuers: '', types: '', servers: 0, mail: 0 }

async function run(world: CheckWorld, facts: DomainFacts): Promise<CheckResult[]> {
  const found = await world.authority(facts.name)
  const records = Promise.all([checkCaa(world, facts), checkAlias(world, facts), checkWildcard(world, facts)])
  if (found.status === 'temperror') {
    const unknown = result('zone.nameservers', 'unknown', {
      ...{ found: [found.words], values: NOTHING },
    })
    const dnssec = await checkDnssec(world, facts.name, null)
    return fillResults(ZONE_CHECKS, [unknown, dnssec, ...(await records)], 'unknown', NOTHING)
  }
  const { authority } = found
  const results = await Promise.all([
    checkServers(world, facts.name, authority),
    checkDelegation(world, authority),
    checkDnssec(world, authority.zone, authority),
    records,
  ])
  return fillResults(ZONE_CHECKS, results.flat(), 'none', NOTHING)
}

/** What holds a domain's records: its zone, the servers of it, how they are delegated and signed. */
export const zoneFamily: CheckFamily<DomainFacts> = { name: 'zone', checks: Object.keys(ZONE_CHECKS), run }
