import { createHash } from 'node:crypto'
import type { CheckLevel } from '@/lib/checks/check'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** From one whole check of a domain or node to the next. */
export const PERIOD_MILLISECONDS = 6 * 60 * MINUTE
/** Before a change is told it is looked at once more, this soon. */
const CONFIRM_MILLISECONDS = 5 * MINUTE
const WAITING_LEAST = 30 * SECOND
const WAITING_MOST = 30 * MINUTE
const UNKNOWN_LEAST = 10 * MINUTE

/** What of a finding says when to look again. */
export interface Due {
  level: CheckLevel
  since: Date
  /** It changed sides and nobody was told yet. */
  isUnconfirmed: boolean
  /** It comes and goes: looking more often tells nothing more. */
  isFlapping: boolean
}

/** Where in the period this id has its turn: spread evenly over all ids, the same for ever. */
function phaseOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() % PERIOD_MILLISECONDS
}

/** Its next turn, a half to one and a half periods from now: those that were checked together are spread after one round. */
export function regularTurn(id: string, now: Date): Date {
  const least = now.getTime() + PERIOD_MILLISECONDS / 2
  const sinceTurn = (least - phaseOf(id)) % PERIOD_MILLISECONDS
  return new Date(least - sinceTurn + PERIOD_MILLISECONDS)
}

/**
 * When to look again: at its regular turn, sooner while something is on its way (after 30 s, then in growing steps: as long
 * again as it has waited), could not be learned, or changed and is to be confirmed. What comes and goes has its turn.
 */
export function nextCheck(id: string, findings: readonly Due[], now: Date): Date {
  const times = findings.map(({ level, since, isUnconfirmed, isFlapping }) => {
    if (isFlapping) return Infinity
    const age = now.getTime() - since.getTime()
    if (isUnconfirmed) return CONFIRM_MILLISECONDS
    if (level === 'waiting') return Math.min(Math.max(age, WAITING_LEAST), WAITING_MOST)
    if (level === 'unknown') return Math.max(age, UNKNOWN_LEAST)
    return Infinity
  })
  const soonest = times.reduce((least, time) => Math.min(least, time), Infinity)
  return new Date(Math.min(now.getTime() + soonest, regularTurn(id, now).getTime()))
}
