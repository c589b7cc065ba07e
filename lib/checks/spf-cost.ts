import { result, type CheckLevel, type CheckResult } from '@/lib/checks/check'
import { spfRecords, type SpfCost } from '@/lib/spf/cost'
import { SPF_LIMITS } from '@/lib/spf/evaluation'
import { isOpenTerm } from '@/lib/spf/repair'

/** From this many look-ups on, the next include of somebody else may be one too many. */
const NEAR = 8

/** The records that could not be read for now, by name. */
function unknownNames(cost: SpfCost): string[] {
  return spfRecords(cost).flatMap(({ cost: one }) => (one.status === 'unknown' ? [one.domain] : []))
}

/** What was seen as wrong stands; where something could not be read, only what was seen as wrong does. */
function levelOf(isWrong: boolean, level: CheckLevel, unknown: readonly string[]): CheckLevel {
  if (isWrong) return level
  return unknown.length > 0 ? 'unknown' : 'ok'
}

function judgeLookups(cost: SpfCost, unknown: readonly string[]): CheckResult {
  const { lookups } = cost
  const { lookups: limit, names } = SPF_LIMITS
  const crowded = spfRecords(cost)
    .flatMap(({ cost: one }) => one.terms)
    .find(({ mailServers }) => mailServers > names)
  const isOver = lookups > limit
  const found = cost.terms.filter((one) => one.lookups > 0).map((one) => `${one.lookups} ${one.term.text}`)
  if (crowded && !isOver) {
    const values = { lookups, limit: names, state: 'names', term: crowded.term.text, servers: crowded.mailServers }
    return result('spf.too-many-lookups', 'broken', { found, values })
  }
  return result('spf.too-many-lookups', levelOf(lookups >= NEAR, isOver ? 'broken' : 'attention', unknown), {
    found,
    values: { lookups, limit, state: isOver ? 'over' : 'near', term: '', servers: 0 },
  })
}

/** The terms that find nothing, each once. */
function voidTerms(cost: SpfCost): string[] {
  const all = spfRecords(cost).flatMap(({ cost: one }) => one.terms)
  return [...new Set(all.filter(({ voidLookups, below }) => voidLookups > 0 && !below).map(({ term }) => term.text))]
}

/** `counted`: the most void look-ups that one of our own addresses met. Never broken: MAIL rule 34. */
function judgeVoids(cost: SpfCost, counted: number, unknown: readonly string[]): CheckResult {
  const voids = Math.max(cost.voidLookups, counted)
  const isBlind = spfRecords(cost).some(({ cost: one }) => one.terms.some((term) => term.isUnknown))
  const level = levelOf(voids > SPF_LIMITS.voidLookups, 'attention', isBlind ? [cost.domain] : unknown)
  return result('spf.void-lookups', level, {
    found: voidTerms(cost),
    values: { voids, limit: SPF_LIMITS.voidLookups },
  })
}

function judgeLoops(cost: SpfCost, unknown: readonly string[]): CheckResult {
  const loops = spfRecords(cost)
    .filter(({ cost: one }) => one.status === 'loop')
    .map(({ cost: one, above }) => [...above, one.domain].join(' → '))
  return result('spf.loop', levelOf(loops.length > 0, 'broken', unknown), {
    found: loops,
    values: { path: loops[0] ?? '' },
  })
}

/** An include or redirect without one readable record is permerror for whoever gets there (RFC 7208 §5.2, §6.1). */
function judgeIncludes(cost: SpfCost, unknown: readonly string[]): CheckResult {
  const dead = spfRecords(cost).filter(
    ({ cost: one, via }) => via !== null && ['none', 'several', 'invalid'].includes(one.status),
  )
  const isDead = dead.length > 0
  return result('spf.broken-include', levelOf(isDead, 'broken', unknown), {
    found: isDead ? dead.map(({ cost: one, via }) => `${via?.text ?? ''}: ${one.text || one.status}`) : [...unknown],
    values: { names: dead.map(({ cost: one }) => one.domain).join(', ') },
  })
}

/** A term by which anybody passes: in the record, or in one that it includes or hands over to. */
function openTerm(cost: SpfCost): { domain: string; term: string } | null {
  for (const { term, below } of cost.terms) {
    if (isOpenTerm(term)) return { domain: cost.domain, term: term.text }
    const inside = below && term.qualifier === '+' ? openTerm(below) : null
    if (inside) return inside
  }
  return null
}

/** How the record ends for whom nothing names, through redirects; null where that cannot be read. */
function endOf(cost: SpfCost): '+' | '-' | '~' | '?' | 'none' | null {
  if (cost.status !== 'record') return null
  const last = cost.terms.at(-1)
  if (last?.term.kind === 'directive' && last.term.name === 'all') return last.term.qualifier
  return last?.below && last.term.kind === 'modifier' ? endOf(last.below) : 'none'
}

function judgeAll(cost: SpfCost, expected: string[]): CheckResult {
  const open = openTerm(cost)
  if (open) {
    const values = { state: 'anyone', ...open }
    return result('spf.all', 'broken', { found: [`${open.domain}: ${open.term}`], expected, values })
  }
  const end = endOf(cost)
  if (end === null) return result('spf.all', 'unknown', { values: { state: 'unread', domain: '', term: '' } })
  const isMild = end === '?' || end === 'none'
  const term = end === 'none' ? '' : `${end}all`
  return result('spf.all', isMild ? 'attention' : 'ok', {
    found: term === '' ? [] : [term],
    expected: isMild ? expected : [],
    values: { state: isMild ? 'neutral' : 'closed', domain: cost.domain, term },
  })
}

/** What can be told of the tree of includes: points 33 to 36. `expected` is the record with an end that may stay. */
export function judgeCost(cost: SpfCost, countedVoids: number, expected: string[]): CheckResult[] {
  const unknown = unknownNames(cost)
  return [
    judgeLookups(cost, unknown),
    judgeVoids(cost, countedVoids, unknown),
    judgeLoops(cost, unknown),
    judgeIncludes(cost, unknown),
    judgeAll(cost, expected),
  ]
}
