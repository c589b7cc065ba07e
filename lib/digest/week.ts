import { addDays, isoDay, type Period } from '@/lib/dmarc/period'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Monday, 06:00 UTC: most reporters have sent what they have of Sunday by then. */
const DUE_HOUR = 6

/** When the last digest was due: the Monday, 06:00 UTC, that `now` is on or after. */
export function lastDue(now: Date): Date {
  const at = new Date(now.getTime() - DUE_HOUR * HOUR_MS)
  const sinceMonday = (at.getUTCDay() + 6) % 7
  const midnight = Math.floor(at.getTime() / DAY_MS) * DAY_MS
  return new Date(midnight - sinceMonday * DAY_MS + DUE_HOUR * HOUR_MS)
}

/** The last full week before `now`, Monday to Sunday, UTC. */
export function lastWeek(now: Date): Period {
  const monday = isoDay(Math.floor(now.getTime() / DAY_MS) * DAY_MS - ((now.getUTCDay() + 6) % 7) * DAY_MS)
  return { from: addDays(monday, -7), to: addDays(monday, -1), days: 7 }
}
