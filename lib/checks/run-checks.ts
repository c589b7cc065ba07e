import { setTimeout as wait } from 'node:timers/promises'
import { result, type CheckFamily, type CheckResult } from '@/lib/checks/check'
import { levelRank } from '@/lib/checks/level'
import type { Registered } from '@/lib/checks/registry'
import type { CheckWorld } from '@/lib/checks/world'

/** What a run gave: each of `checks` has at least one of the results, and no two have the same check and subject. */
export interface CheckRun {
  /** The checks that were asked for: what they do not name any more is gone. */
  checks: readonly string[]
  results: CheckResult[]
  /** What was wrong with families themselves, for the log. */
  faults: { family: string; error: unknown }[]
}

/** Longer than every wait of a family's own; a family that takes more hangs. */
const FAMILY_MILLISECONDS = 60_000

/**
 * Runs all families over one world, in parallel; with `only` the one family that has that check. A family that throws
 * or hangs has a fault: its checks become `unknown` (`values.fault`), as one that it leaves out; the others go on.
 */
export async function runChecks<Facts>(
  families: readonly Registered<Facts>[],
  world: CheckWorld,
  facts: Facts,
  { only, patience = FAMILY_MILLISECONDS }: { only?: string; patience?: number } = {},
): Promise<CheckRun> {
  const chosen = families
    .map(({ family }) => family)
    .filter((family) => only === undefined || family.checks.includes(only))
  const faults: CheckRun['faults'] = []
  const results = await Promise.all(
    chosen.map(async (family) => {
      try {
        const { results, fault } = complete(family, await withPatience(family.run(world, facts), patience))
        if (fault !== null) faults.push({ family: family.name, error: new Error(fault) })
        return results
      } catch (error) {
        faults.push({ family: family.name, error })
        return family.checks.map(faulty)
      }
    }),
  )
  return { checks: chosen.flatMap((family) => family.checks), results: results.flat(), faults }
}

function complete<Facts>({ checks }: CheckFamily<Facts>, results: readonly CheckResult[]) {
  const own = results.filter(({ check }) => checks.includes(check))
  const silent = checks.filter((check) => !own.some((one) => one.check === check))
  const foreign = results.filter((one) => !own.includes(one)).map(({ check }) => check)
  const fault = [...silent.map((check) => `no result of ${check}`), ...foreign.map((check) => `a result of ${check}`)]
  return { results: [...worstOfEach(own), ...silent.map(faulty)], fault: fault.length > 0 ? fault.join(', ') : null }
}

async function withPatience<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const end = new AbortController()
  const late = wait(milliseconds, undefined, { signal: end.signal }).then(() => {
    throw new Error(`no end within ${milliseconds / 1000} s`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    // Its rejection by the abort is nobody's concern any more.
    late.catch(() => undefined)
    end.abort()
  }
}

function faulty(check: string): CheckResult {
  return result(check, 'unknown', { values: { fault: 1 } })
}

function worstOfEach(results: readonly CheckResult[]): CheckResult[] {
  const worst = new Map<string, CheckResult>()
  for (const one of results) {
    const key = `${one.check}\0${one.subject}`
    const other = worst.get(key)
    if (!other || levelRank(one.level) > levelRank(other.level)) worst.set(key, one)
  }
  return [...worst.values()]
}
