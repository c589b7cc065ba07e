import 'server-only'
import { Prisma } from '@/lib/db/generated/client'
import type { Period } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'

export const IS_ALIGNED = Prisma.sql`(is_dkim_aligned OR is_spf_aligned)`
export const IS_STOPPED = Prisma.sql`(disposition IN ('quarantine', 'reject'))`

/** The rows of a table with `domain_id` and `day` that are about a domain's period. */
export function inPeriod(domainId: string, { from, to }: Period): Prisma.Sql {
  return Prisma.sql`domain_id = ${domainId}::uuid AND day BETWEEN ${from}::date AND ${to}::date`
}

/** The months that a period touches, of a table with `month`. */
export function inMonths({ from, to }: Omit<Period, 'days'>): Prisma.Sql {
  return Prisma.sql`month BETWEEN date_trunc('month', ${from}::date)::date AND ${to}::date`
}

/** The messages of a row of `dmarc_source_month` in a period. */
export function sentIn({ from, to }: Omit<Period, 'days'>): Prisma.Sql {
  return Prisma.sql`(sent[least(31, ${to}::date - month + 1)] - coalesce(sent[least(31, ${from}::date - month)], 0))`
}

/** What is left out with {@link ReportFilter.withoutUnverified}; the same in every table with `trust`. */
export function trusted({ withoutUnverified }: ReportFilter): Prisma.Sql {
  return withoutUnverified ? Prisma.sql`trust <> 'unverified'` : Prisma.sql`true`
}

/** Messages that are not aligned, where only these are asked for. */
export function failing({ onlyFailures }: ReportFilter): Prisma.Sql {
  return onlyFailures ? Prisma.sql`NOT ${IS_ALIGNED}` : Prisma.sql`true`
}

export function ofHeaderFrom({ headerFrom }: ReportFilter): Prisma.Sql {
  return headerFrom === undefined ? Prisma.sql`true` : Prisma.sql`header_from = ${headerFrom}`
}

/** The messages of sums for which `condition` holds, as a number. */
export function messagesWhere(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`coalesce(sum(message_count) FILTER (WHERE ${condition}), 0)::float8`
}

/** The columns of {@link Outcomes} (lib/dmarc/overview.ts). */
export const OUTCOMES = Prisma.sql`${messagesWhere(IS_ALIGNED)} AS aligned,
  ${messagesWhere(Prisma.sql`NOT ${IS_ALIGNED} AND NOT ${IS_STOPPED}`)} AS delivered,
  ${messagesWhere(Prisma.sql`NOT ${IS_ALIGNED} AND ${IS_STOPPED}`)} AS stopped`
