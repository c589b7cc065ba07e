import { fillResults, type CheckFamily, type CheckResult, type NodeFacts } from '@/lib/checks/check'
import { checkName, type Outside } from '@/lib/checks/host-name'
import { checkPort25, checkServices } from '@/lib/checks/host-services'
import { checkState } from '@/lib/checks/host-state'
import type { CheckWorld } from '@/lib/checks/world'

export const HOST_CHECKS = {
  'host.name': { who: 'server' },
  'host.forward': { who: 'dns' },
  'host.loopback': { who: 'host' },
  'host.ptr': { who: 'host' },
  'host.fcrdns': { who: 'host' },
  'host.ptr-name': { who: 'host' },
  'host.ipv6-ptr': { who: 'host' },
  'host.resolver-dnssec': { who: 'host' },
  'host.disk': { who: 'host' },
  'host.daemons': { who: 'server' },
  'host.services': { who: 'server' },
  'host.port25-in': { who: 'host' },
  'host.port25-out': { who: 'host' },
} as const

/** What the sentences of a check that has nothing to say are filled with. */
const NOTHING = { state: 'fine', service: '', gibibytes: 0 }

/**
 * A mail node as a host: its name and addresses, what others find of them, its disk, daemons and services. `outside` says
 * how the way out on port 25 is tried.
 */
export function hostFamily(outside: Outside): CheckFamily<NodeFacts> {
  const run = async (world: CheckWorld, facts: NodeFacts): Promise<CheckResult[]> => {
    const results = await Promise.all([
      checkName(world, facts, outside),
      checkServices(world, facts),
      checkPort25(world, facts),
    ])
    return fillResults(HOST_CHECKS, [...results.flat(), ...checkState(facts)], 'none', NOTHING)
  }
  return { name: 'host', checks: Object.keys(HOST_CHECKS), run }
}
