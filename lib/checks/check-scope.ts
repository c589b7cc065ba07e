import 'server-only'
import type { DomainFacts, NodeFacts } from '@/lib/checks/check'
import { loadDomainFacts, loadNodeFacts, type ToCheck } from '@/lib/checks/load-facts'
import type { CheckFamilies, Registered } from '@/lib/checks/registry'
import { runChecks } from '@/lib/checks/run-checks'
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

/** Runs the checks of a domain, or with `only` the family of that one, and stores what they say. Slow (network). */
export async function checkDomain(id: string, deps: CheckDeps, only?: string): Promise<void> {
  await check('domain', await loadDomainFacts(id, deps.clock()), ({ domain }) => domain, deps, only)
}

/** The same for a mail node. */
export async function checkNode(id: string, deps: CheckDeps, only?: string): Promise<void> {
  await check('node', await loadNodeFacts(id), ({ node }) => node, deps, only)
}

async function check<Facts extends DomainFacts | NodeFacts>(
  kind: Scope['kind'],
  found: ToCheck<Facts> | null,
  pick: (families: CheckFamilies) => readonly Registered<Facts>[],
  deps: CheckDeps,
  only: string | undefined,
): Promise<void> {
  if (!found) return
  const { id, name } = found.facts
  const { world, families } = await deps.prepare(deps.clock(), kind === 'domain' ? name : null)
  const run = await runChecks(pick(families), world, found.facts, only === undefined ? {} : { only })
  for (const { family, error } of run.faults)
    logger('checks').error({ err: error, family, [kind]: name }, 'a family of checks has a fault')
  await storeFindings({ kind, id, name }, run, deps.clock(), only === undefined ? { dueAt: found.dueAt } : null)
}
