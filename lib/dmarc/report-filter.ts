import { DEFAULT_DAYS, PERIODS } from '@/lib/dmarc/period'

/** Which messages of a domain's reports are looked at. */
export interface ReportFilter {
  /** The last so many days, 1 to 366; 30 unless said otherwise. */
  days?: number
  now?: Date
  /** Only messages that are not aligned. */
  onlyFailures?: boolean
  /** Without reports whose mail was not from who it says. */
  withoutUnverified?: boolean
  /** Only messages whose From line is of this domain. */
  headerFrom?: string
  /** Only what this reporter says. Sums of sources are not told apart by reporter: they leave it aside. */
  reporter?: string
}

/** A filter as it stands in the query of a page or an export. */
export interface ReportQuery {
  days?: string
  failures?: string
  verified?: string
  from?: string
  reporter?: string
}

const MOST_CHARACTERS = 300

/** Reads the filter of a query; what is no choice of the page is left aside. No reporter beside a From domain: no sum has both. */
export function readReportFilter(query: ReportQuery): ReportFilter {
  const days = PERIODS.find((known) => String(known) === query.days) ?? DEFAULT_DAYS
  const text = (value: string | undefined) => (value ? value.slice(0, MOST_CHARACTERS) : undefined)
  const [headerFrom, reporter] = [text(query.from), text(query.reporter)]
  return {
    days,
    onlyFailures: query.failures === '1',
    withoutUnverified: query.verified === '1',
    ...(headerFrom === undefined ? {} : { headerFrom }),
    ...(reporter === undefined || headerFrom !== undefined ? {} : { reporter }),
  }
}

/** The query of a filter; what is as it would be without is left out. */
export function reportQuery({
  days,
  onlyFailures,
  withoutUnverified,
  headerFrom,
  reporter,
}: ReportFilter): ReportQuery {
  return {
    ...(days === undefined || days === DEFAULT_DAYS ? {} : { days: String(days) }),
    ...(onlyFailures ? { failures: '1' } : {}),
    ...(withoutUnverified ? { verified: '1' } : {}),
    ...(headerFrom === undefined ? {} : { from: headerFrom }),
    ...(reporter === undefined ? {} : { reporter }),
  }
}
