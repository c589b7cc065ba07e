import type { CheckResult, DomainFacts, NamedResult } from '@/lib/checks/check'
import { createGate } from '@/lib/checks/gate'
import type { DomainToCheck } from '@/lib/checks/load-facts'
import type { CheckFamilies } from '@/lib/checks/registry'
import { runChecks, type CheckRun } from '@/lib/checks/run-checks'
import type { CheckWorld } from '@/lib/checks/world'

/** What a run of all names of a domain, or of a node, gave. */
export interface NamedRun extends CheckRun {
  results: NamedResult[]
}

/** With the patience below all other names end within the lease of a run, whatever hangs. */
const AT_ONCE = 5
const ALIAS_MILLISECONDS = 45_000

/** The results as those of one name. */
export function named(results: readonly CheckResult[], alias: string): NamedResult[] {
  return results.map((one) => ({ ...one, alias }))
}

/**
 * Runs the families over a domain, then those that look at every name over each of its other names, over one world. With
 * `only` the one family that has that check.
 */
export async function runNames(
  families: Pick<CheckFamilies, 'domain' | 'alias'>,
  world: CheckWorld,
  { facts, aliases }: Pick<DomainToCheck, 'facts' | 'aliases'>,
  options: { only?: string } = {},
): Promise<NamedRun> {
  const own = await runChecks<DomainFacts>(families.domain, world, facts, options)
  const pass = createGate(AT_ONCE)
  const others = await Promise.all(
    aliases.map(async (alias) => {
      const run = () => runChecks(families.alias, world, alias, { ...options, patience: ALIAS_MILLISECONDS })
      const { results, faults } = await pass(run)
      return { results: named(results, alias.name), faults }
    }),
  )
  return {
    checks: own.checks,
    results: [...named(own.results, ''), ...others.flatMap(({ results }) => results)],
    faults: [...own.faults, ...others.flatMap(({ faults }) => faults)],
  }
}
