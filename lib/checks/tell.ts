import type { CheckLevel, NamedResult } from '@/lib/checks/check'
import type { NextRestlessness } from '@/lib/checks/flapping'
import { sideOf } from '@/lib/checks/level'

/** A change that people are told of: it crossed between fine and wrong and stayed, or it comes and goes. */
export interface Crossing {
  check: string
  alias: string
  subject: string
  level: CheckLevel
  since: Date
  values: Record<string, string | number>
  /** It comes and goes: nothing more is told of it until it has settled. */
  isFlapping: boolean
}

/** What is told of a finding by one look. */
export interface Told {
  /** The level that people are taken to know now; null: nothing wrong. */
  alertedLevel: CheckLevel | null
  crossing: Crossing | null
  /** It changed sides, and is looked at once more before anybody is told. */
  isUnconfirmed: boolean
}

const isWrong = (level: CheckLevel): boolean => sideOf(level) === 'wrong'

/**
 * Whether people are told now, and what they are then taken to know. What comes and goes and is wrong at times is told as
 * such, once; when it has settled how it ended. `isSilenced`: somebody said that it needs nobody.
 */
export function tell(
  row: { level: CheckLevel; alertedLevel: CheckLevel | null },
  next: NamedResult & { since: Date },
  turned: NextRestlessness['turned'],
  isSilenced: boolean,
): Told {
  const { check, alias, subject, level, since, values } = next
  const quiet = { alertedLevel: row.alertedLevel, crossing: null, isUnconfirmed: false }
  if (isSilenced) return quiet
  const isFlapping = turned === 'began' || turned === 'goes-on'
  const crossing = { check, alias, subject, level, since, values, isFlapping }
  if (isFlapping) {
    // What began between levels that are not wrong is told when it is wrong for the first time.
    const wrong = [level, row.level, row.alertedLevel].find((one) => one !== null && isWrong(one))
    const isKnown = turned === 'goes-on' && row.alertedLevel !== null
    return isKnown || !wrong ? quiet : { alertedLevel: wrong, crossing, isUnconfirmed: false }
  }
  const side = sideOf(level)
  const toldSide = row.alertedLevel === null ? 'fine' : 'wrong'
  // Who was told that it comes and goes does not know that it stays.
  const isKnown = side === toldSide && !(turned === 'settled' && side === 'wrong')
  if (side === null || isKnown) return quiet
  if (sideOf(row.level) !== side) return { ...quiet, isUnconfirmed: true }
  return { alertedLevel: side === 'wrong' ? level : null, crossing, isUnconfirmed: false }
}
