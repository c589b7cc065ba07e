import { result, type CheckFamily, type CheckResult, type DomainFacts } from '@/lib/checks/check'

export const NAMES_CHECKS = { 'names.unchecked': { who: 'server' } } as const

function run(_world: unknown, { unchecked }: DomainFacts): Promise<CheckResult[]> {
  const values = { count: unchecked.length }
  const level = unchecked.length > 0 ? 'info' : 'none'
  return Promise.resolve([result('names.unchecked', level, { found: [...unchecked], values })])
}

/** Which other names of a domain nobody looks at. Asks nothing. */
export const namesFamily: CheckFamily<DomainFacts> = { name: 'names', checks: Object.keys(NAMES_CHECKS), run }
