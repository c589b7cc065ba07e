const DAY_MS = 86_400_000

/** The longest time that pages, exports and lists look at. */
export const MOST_DAYS = 366
/** The times that a page offers, in days. */
export const PERIODS = [7, 30, 90, 365] as const
export const DEFAULT_DAYS = 30
const NEW_DAYS = 7

/** Whole days (UTC). */
export interface Period {
  /** First and last day, both included, `YYYY-MM-DD`. */
  from: string
  to: string
  /** How many that are. */
  days: number
}

/** The day (UTC) of a moment in milliseconds since 1970, `YYYY-MM-DD`. */
export function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** The day `days` after (before, where negative) another. */
export function addDays(day: string, days: number): string {
  return isoDay(Date.parse(day) + days * DAY_MS)
}

/** The last `days` days (1 to 366; what is no number counts as 1) up to and with the day of `now`. */
export function lastDays(days: number, now: Date): Period {
  const span = Math.min(MOST_DAYS, Math.max(1, Math.trunc(days) || 1))
  const to = isoDay(now.getTime())
  return { from: addDays(to, 1 - span), to, days: span }
}

/** The time of the same length that ends the day before. */
export function periodBefore({ from, days }: Period): Period {
  return { from: addDays(from, -days), to: addDays(from, -1), days }
}

/** Every day of a period, first to last. */
export function daysOf({ from, days }: Period): string[] {
  return Array.from({ length: days }, (_item, at) => addDays(from, at))
}

/** The first of the days whose sources are new when nothing came from them before: the last week of a period. */
export function newSince({ to }: Pick<Period, 'to'>): string {
  return addDays(to, 1 - NEW_DAYS)
}
