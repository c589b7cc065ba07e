import type { CheckFamily, CheckResult, DomainFacts, NodeFacts } from '@/lib/checks/check'
import type { CheckDeps } from '@/lib/checks/check-scope'
import type { Registered } from '@/lib/checks/registry'
import type { CheckWorld } from '@/lib/checks/world'

/** A family for tests that gives what it is told to. */
export function fakeFamily<Facts>(
  name: string,
  checks: string[],
  run: (facts: Facts) => CheckResult[] | Promise<CheckResult[]>,
): Registered<Facts> {
  const family: CheckFamily<Facts> = { name, checks, run: (_world, facts) => Promise.resolve(run(facts)) }
  return { family, checks: Object.fromEntries(checks.map((check) => [check, { who: 'dns' as const }])) }
}

/** What running checks needs, over a world that nobody asks. */
export function fakeDeps(
  clock: () => Date,
  domain: readonly Registered<DomainFacts>[],
  node: readonly Registered<NodeFacts>[] = [],
  alias: readonly Registered<DomainFacts>[] = [],
): CheckDeps {
  return { prepare: () => ({ world: {} as CheckWorld, families: { domain, alias, node } }), clock }
}
