import 'server-only'
import { loadDomainFacts, loadNodeFacts } from '@/lib/checks/load-facts'
import type { CheckFamilies } from '@/lib/checks/registry'
import { runChecks } from '@/lib/checks/run-checks'
import { named, runNames, type NamedRun } from '@/lib/checks/run-names'
import { storeFindings, type Scope } from '@/lib/checks/store-findings'
import type { CheckWorld } from '@/lib/checks/world'
import type { Clock } from '@/lib/clock/clock'
import { logger } from '@/lib/logger/logger'

/** What one run asks, and with what. */
export interface CheckSetup {
  world: CheckWorld
  families: CheckFamilies
}

/** What running checks needs: a set-up for each run, of a domain by its name, of a node with null. */
export interface CheckDeps {
  prepare: (now: Date, domain: string | null) => CheckSetup | Promise<CheckSetup>
  clock: Clock
}

/**
 * Runs the checks of a domain and of its other names, or with `only` the family of that one, and stores what they say. Slow
 * (network).
 */
export async function checkDomain(id: string, deps: CheckDeps, only?: string): Promise<void> {
  const found = await loadDomainFacts(id, deps.clock())
  if (!found) return
  const { name } = found.facts
  const { world, families } = await deps.prepare(deps.clock(), name)
  const run = await runNames(families, world, found, optionsOf(only))
  await store({ kind: 'domain', id, name }, run, found.dueAt, deps, only)
}

/** The same for a mail node. */
export async function checkNode(id: string, deps: CheckDeps, only?: string): Promise<void> {
  const found = await loadNodeFacts(id)
  if (!found) return
  const { world, families } = await deps.prepare(deps.clock(), null)
  const run = await runChecks(families.node, world, found.facts, optionsOf(only))
  const results = named(run.results, '')
  await store({ kind: 'node', id, name: found.facts.name }, { ...run, results }, found.dueAt, deps, only)
}

const optionsOf = (only: string | undefined) => (only === undefined ? {} : { only })

async function store(
  scope: Scope,
  run: NamedRun,
  dueAt: Date | null,
  { clock }: CheckDeps,
  only: string | undefined,
): Promise<void> {
  for (const { family, error } of run.faults)
    logger('checks').error({ err: error, family, [scope.kind]: scope.name }, 'a family of checks has a fault')
  await storeFindings(scope, run, clock(), only === undefined ? { dueAt } : null)
}
