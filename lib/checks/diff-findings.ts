import type { CheckLevel, NamedResult } from '@/lib/checks/check'
import { nextRestlessness, type Restlessness } from '@/lib/checks/flapping'
import { levelRank, sideOf } from '@/lib/checks/level'
import type { Due } from '@/lib/checks/schedule'
import { tell, type Crossing } from '@/lib/checks/tell'

/** A finding as stored. */
export interface StoredFinding extends Omit<NamedResult, 'values'>, Restlessness {
  id: string
  values: unknown
  since: Date
  acknowledgedUntil: Date | null
  acknowledgedLevel: CheckLevel | null
  /** The level that people were last told of; null: nothing wrong. */
  alertedLevel: CheckLevel | null
}

/** A finding as it is to be stored. */
export interface NextFinding extends NamedResult, Restlessness {
  since: Date
  alertedLevel: CheckLevel | null
}

export interface FindingsDiff {
  create: NextFinding[]
  /** `isWorse`: what was acknowledged has become worse and speaks again. */
  update: (NextFinding & { id: string; isWorse: boolean })[]
  /** Rows that stay as they are, but for the time. */
  same: string[]
  gone: string[]
  /** What held until now of rows that change. */
  before: { findingId: string; level: CheckLevel; found: string[] }[]
  crossings: Crossing[]
  /** For the next time to look, all findings of the run. */
  due: Due[]
}

/** One check of one name: what it says of each subject belongs together. */
const checkOf = (one: { check: string; alias: string }): string => `${one.check}\0${one.alias}`
const keyOf = (one: { check: string; alias: string; subject: string }): string => `${checkOf(one)}\0${one.subject}`

/** Servers answer in any order. */
const sameLines = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.toSorted().join('\0') === other.toSorted().join('\0')

/** By meaning: Postgres keeps the keys of an object in an order of its own. */
const sameValues = (one: unknown, other: Record<string, string | number>): boolean => {
  const text = (value: unknown) => JSON.stringify(Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
  return text(one) === text(other)
}

/**
 * What of the stored findings changes by a run of some of their checks. `stored` are those checks' rows alone. Told is
 * what changed sides and was on the new one a check before already; of what comes and goes that it does, once; not what is acknowledged, nor what a check says the first time it ever looks at a name. What a check cannot learn at all of a
 * name (`unknown` of no subject) is not known of its subjects either; they stay.
 */
export function diffFindings(
  stored: readonly StoredFinding[],
  run: { results: readonly NamedResult[] },
  now: Date,
): FindingsDiff {
  const diff: FindingsDiff = { create: [], update: [], same: [], gone: [], before: [], crossings: [], due: [] }
  const rest = new Map(stored.map((row) => [keyOf(row), row]))
  const known = new Set(stored.map(checkOf))
  const unlearned = new Set(run.results.filter((one) => one.level === 'unknown' && one.subject === '').map(checkOf))
  for (const next of run.results) {
    const row = rest.get(keyOf(next))
    rest.delete(keyOf(next))
    if (row) compare(diff, row, next, now)
    else create(diff, next, known.has(checkOf(next)), now)
  }
  for (const row of rest.values()) {
    if (unlearned.has(checkOf(row))) compare(diff, row, { ...row, level: 'unknown', found: [], values: {} }, now)
    else remove(diff, row, now)
  }
  return diff
}

function create(diff: FindingsDiff, next: NamedResult, isKnownCheck: boolean, now: Date): void {
  const isWrong = sideOf(next.level) === 'wrong'
  // What was so when it was first looked at is no change.
  const alertedLevel = isWrong && !isKnownCheck ? next.level : null
  diff.create.push({ ...next, since: now, alertedLevel, turns: [], flappingSince: null })
  diff.due.push({ level: next.level, since: now, isUnconfirmed: isWrong && isKnownCheck, isFlapping: false })
}

function remove(diff: FindingsDiff, row: StoredFinding, now: Date): void {
  diff.gone.push(row.id)
  if (row.alertedLevel === null || isQuiet(row, now)) return
  const { check, alias, subject } = row
  diff.crossings.push({ check, alias, subject, level: 'none', since: now, values: {}, isFlapping: false })
}

const isQuiet = ({ acknowledgedUntil }: StoredFinding, now: Date): boolean =>
  acknowledgedUntil !== null && acknowledgedUntil > now

function compare(diff: FindingsDiff, row: StoredFinding, next: NamedResult, now: Date): void {
  const isShown = row.level === next.level && sameLines(row.found, next.found)
  const since = row.level === next.level ? row.since : now
  const isWorse =
    row.acknowledgedLevel !== null &&
    sideOf(next.level) === 'wrong' &&
    levelRank(next.level) > levelRank(row.acknowledgedLevel)
  const { turns, flappingSince, turned } = nextRestlessness(row, next.level, now)
  const { alertedLevel, crossing, isUnconfirmed } = tell(row, { ...next, since }, turned, isQuiet(row, now) && !isWorse)
  if (crossing) diff.crossings.push(crossing)
  diff.due.push({ level: next.level, since, isUnconfirmed, isFlapping: flappingSince !== null })
  if (!isShown) diff.before.push({ findingId: row.id, level: row.level, found: row.found })
  const isSame =
    isShown &&
    !isWorse &&
    alertedLevel === row.alertedLevel &&
    flappingSince === row.flappingSince &&
    sameLines(row.expected, next.expected) &&
    sameValues(row.values, next.values)
  if (isSame) diff.same.push(row.id)
  else diff.update.push({ ...next, id: row.id, since, alertedLevel, turns, flappingSince, isWorse })
}
