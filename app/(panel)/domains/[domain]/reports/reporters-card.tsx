import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import type { ReportsQuery } from '@/app/(panel)/domains/[domain]/reports/report-filters'
import { ForeignText } from '@/components/data/foreign-text'
import { withQuery } from '@/components/data/paths'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { ReportOverview } from '@/lib/dmarc/overview'

interface Props {
  path: string
  query: ReportsQuery
  overview: Pick<ReportOverview, 'reporters' | 'reporterCount'>
}

/** Who reports how much and what they did with it; each leads to what this one says alone. */
export async function ReportersCard({ path, query, overview: { reporters, reporterCount } }: Props) {
  const [t, format] = await Promise.all([getTranslations('domainReports'), getFormatter()])
  if (reporters.length === 0) return null
  const percent = (part: number, whole: number): string =>
    format.number(whole === 0 ? 0 : part / whole, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <Card title={t('reporters')} aside={t('reportersOf', { shown: reporters.length, count: reporterCount })}>
      <Table label={t('reporters')} folds>
        <thead>
          <tr>
            <th>{t('reporter')}</th>
            <th className="num">{t('numbers.reports')}</th>
            <th className="num">{t('numbers.messages')}</th>
            <th className="num">{t('numbers.share')}</th>
            <th className="num">{t('quarantined')}</th>
            <th className="num">{t('rejected')}</th>
          </tr>
        </thead>
        <tbody>
          {reporters.map(({ reporter, reports, messages, aligned, quarantined, rejected }) => (
            <tr key={reporter}>
              <td className="wrap-anywhere">
                <Link prefetch={false} href={withQuery(path, { ...query, from: null, reporter })}>
                  <ForeignText text={reporter} />
                </Link>
              </td>
              <td className="num" data-label={t('numbers.reports')}>
                {format.number(reports)}
              </td>
              <td className="num" data-label={t('numbers.messages')}>
                {format.number(messages)}
              </td>
              <td className="num" data-label={t('numbers.share')}>
                {percent(aligned, messages)}
              </td>
              <td className="num" data-label={t('quarantined')}>
                {format.number(quarantined)}
              </td>
              <td className="num" data-label={t('rejected')}>
                {format.number(rejected)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
