import { z } from 'zod'
import { switchField } from '@/lib/addresses/fields'

const MOST_DAYS = 3_650

/** Days as typed. */
const days = (least: number, key: string) =>
  z.coerce.number({ error: key }).int(key).min(least, key).max(MOST_DAYS, key)

/** For how many days what came with reports is kept. Sums are kept for good. */
export const retentionSchema = z.object({
  /** Aggregate reports with their rows and originals; they go month by month, once the whole month is older. */
  aggregateDays: days(30, 'report.keptLong'),
  /** TLS reports with their originals. */
  tlsDays: days(30, 'report.keptLong'),
  failureDays: days(1, 'report.keptShort'),
  /** Also the mails that failure reports came in, with what they hold of somebody's message. */
  keepsFailureMail: switchField,
  /** Rows of files that were refused, or given twice. */
  refusedDays: days(1, 'report.keptShort'),
})
export type RetentionInput = z.infer<typeof retentionSchema>
export type Retention = RetentionInput

/** Thirteen months, so that a month can be held against that of the year before; failure reports speak of persons' mail. */
export const DEFAULT_RETENTION: Retention = {
  ...{ aggregateDays: 396, tlsDays: 396, failureDays: 90, refusedDays: 90 },
  keepsFailureMail: false,
}
