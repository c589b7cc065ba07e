import type { CheckLevel } from '@/lib/checks/check'

const HOUR = 60 * 60 * 1000
/** So many changes of level within a day and a half are not changes any more, but a thing that comes and goes: an outage a day is not. */
const MOST_TURNS = 5
const TURNS_MILLISECONDS = 36 * HOUR
/** What held one level this long has settled. */
const SETTLED_MILLISECONDS = 24 * HOUR

/** How restless a finding is. */
export interface Restlessness {
  /** When its level changed within the last day and a half, oldest first. */
  turns: readonly Date[]
  /** Since when it counts as one that comes and goes; null: it does not. */
  flappingSince: Date | null
}

/** A finding as far as its restlessness is concerned; `since` is since when it has its level. */
export type RestlessFinding = Restlessness & { level: CheckLevel; since: Date }

export interface NextRestlessness extends Restlessness {
  /** What became of it by this look. */
  turned: 'began' | 'goes-on' | 'settled' | 'calm'
}

/**
 * What a look that found `level` makes of a finding's restlessness. Bounded: whatever the world does, a finding begins to
 * flap at most once a day, for it must hold a level that long in between.
 */
export function nextRestlessness(finding: RestlessFinding, level: CheckLevel, now: Date): NextRestlessness {
  const { turns, flappingSince, since } = finding
  const isTurn = finding.level !== level
  if (flappingSince !== null) {
    const isSettled = !isTurn && now.getTime() - since.getTime() >= SETTLED_MILLISECONDS
    return isSettled
      ? { turns: [], flappingSince: null, turned: 'settled' }
      : { turns, flappingSince, turned: 'goes-on' }
  }
  if (!isTurn) return { turns, flappingSince, turned: 'calm' }
  const recent = [...turns.filter((at) => now.getTime() - at.getTime() < TURNS_MILLISECONDS), now]
  return recent.length < MOST_TURNS
    ? { turns: recent, flappingSince, turned: 'calm' }
    : { turns: [], flappingSince: now, turned: 'began' }
}
