import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { ForeignText } from '@/components/data/foreign-text'
import { Pager } from '@/components/data/pager'
import { reportPath } from '@/components/data/paths'
import { TrustBadge } from '@/components/data/trust-badge'
import { Badge } from '@/components/ui/badge'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { ReportRow } from '@/lib/dmarc/report-row'

interface Props {
  rows: readonly ReportRow[]
  /** Paths of the first page, where this is not it, and of the next. */
  first: string | null
  next: string | null
}

/** The rows of reports behind a source, newest first, each leading to its report. */
export async function SourceRows({ rows, first, next }: Props) {
  const [t, format] = await Promise.all([getTranslations('domainReports'), getFormatter()])
  const day = (text: string): string => format.dateTime(new Date(text), { dateStyle: 'medium', timeZone: 'UTC' })
  const aligned = (is: boolean) => <Badge level={is ? 'ok' : 'attention'}>{t(is ? 'aligned' : 'notAligned')}</Badge>
  return (
    <Card title={t('rows')} aside={t('rowsText')}>
      {rows.length === 0 ? <p className="text-muted px-4 py-3">{t('noRows')}</p> : null}
      {rows.length === 0 ? null : (
        <Table label={t('rows')} folds>
          <thead>
            <tr>
              <th>{t('report')}</th>
              <th>{t('address')}</th>
              <th className="num">{t('numbers.messages')}</th>
              <th>{t('headerFrom')}</th>
              <th>SPF</th>
              <th>DKIM</th>
              <th>{t('disposition')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.reportId} ${row.position}`}>
                <td>
                  <Link prefetch={false} href={reportPath(row.reportId)} className="wrap-anywhere">
                    {day(row.day)} <ForeignText text={row.reporter} />
                  </Link>{' '}
                  {row.trust === 'unverified' ? <TrustBadge trust={row.trust} reason={null} /> : null}
                </td>
                <td className="exact" data-label={t('address')}>
                  {row.sourceIp}
                </td>
                <td className="num" data-label={t('numbers.messages')}>
                  {format.number(row.messages)}
                </td>
                <td className="wrap-anywhere" data-label={t('headerFrom')}>
                  {row.headerFrom === '' ? t('unsaid') : <ForeignText text={row.headerFrom} />}
                </td>
                <td data-label="SPF">
                  {aligned(row.isSpfAligned)}{' '}
                  <ForeignText text={row.spf} className="exact block text-sm wrap-anywhere" />
                </td>
                <td data-label="DKIM">
                  {aligned(row.isDkimAligned)}
                  {row.dkim.map((signature) => (
                    <ForeignText key={signature} text={signature} className="exact block text-sm wrap-anywhere" />
                  ))}
                </td>
                <td data-label={t('disposition')}>{t(`dispositions.${row.disposition}`)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <Pager first={first} next={next} />
    </Card>
  )
}
