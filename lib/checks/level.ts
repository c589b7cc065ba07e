import { CHECK_LEVELS, type CheckLevel } from '@/lib/checks/check'

/** Levels that need a person. */
export const WRONG_LEVELS = ['attention', 'broken'] as const satisfies CheckLevel[]

const RANKS: Record<CheckLevel, number> = { none: 0, ok: 1, info: 2, unknown: 3, waiting: 4, attention: 5, broken: 6 }

/** How bad a level is; a higher number is worse. */
export function levelRank(level: CheckLevel): number {
  return RANKS[level]
}

/** A level from the database; throws on one that nothing of ours can have stored. */
export function storedLevel(text: string): CheckLevel {
  const level = CHECK_LEVELS.find((known) => known === text)
  if (!level) throw new Error(`stored finding of level ${text}`)
  return level
}

/** Whether a level is fine or wrong; null where it says neither: what is on its way or could not be learned changes no mind. */
export function sideOf(level: CheckLevel): 'fine' | 'wrong' | null {
  if (level === 'waiting' || level === 'unknown') return null
  return level === 'attention' || level === 'broken' ? 'wrong' : 'fine'
}
