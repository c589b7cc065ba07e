import { getFormatter, getTranslations } from 'next-intl/server'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { ReportTotals } from '@/lib/dmarc/overview'

const ROWS = ['messages', 'aligned', 'delivered', 'stopped', 'reports'] as const

/** The numbers of a time beside those of the time before, with what changed in words. */
export async function ComparisonCard({
  totals,
  before,
  days,
}: {
  totals: ReportTotals
  before: ReportTotals
  days: number
}) {
  const [t, format] = await Promise.all([getTranslations('domainReports'), getFormatter()])
  const percent = (share: number): string => format.number(share, { style: 'percent', maximumFractionDigits: 1 })
  const changed = (now: number, then: number): string => {
    if (now === then) return t('same')
    const count = Math.abs(now - then)
    const word = now > then ? 'more' : 'fewer'
    return then === 0 ? t(`${word}Only`, { count }) : t(word, { count, share: percent(count / then) })
  }
  const shareOf = ({ aligned, messages }: ReportTotals): number => (messages === 0 ? 0 : aligned / messages)
  const points = Math.round((shareOf(totals) - shareOf(before)) * 1000) / 10
  const isComparable = totals.messages > 0 && before.messages > 0
  return (
    <Card title={t('comparison')} aside={t('comparisonText', { days })}>
      <Table label={t('comparison')} folds>
        <thead>
          <tr>
            <th>{t('what')}</th>
            <th className="num">{t('now')}</th>
            <th className="num">{t('before')}</th>
            <th>{t('change')}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map((key) => (
            <tr key={key}>
              <th scope="row">{t(`numbers.${key}`)}</th>
              <td className="num" data-label={t('now')}>
                {format.number(totals[key])}
              </td>
              <td className="num" data-label={t('before')}>
                {format.number(before[key])}
              </td>
              <td data-label={t('change')}>{changed(totals[key], before[key])}</td>
            </tr>
          ))}
          {isComparable ? (
            <tr>
              <th scope="row">{t('numbers.share')}</th>
              <td className="num" data-label={t('now')}>
                {percent(shareOf(totals))}
              </td>
              <td className="num" data-label={t('before')}>
                {percent(shareOf(before))}
              </td>
              <td data-label={t('change')}>
                {points === 0 ? t('same') : t(points > 0 ? 'pointsMore' : 'pointsFewer', { points: Math.abs(points) })}
              </td>
            </tr>
          ) : null}
        </tbody>
      </Table>
    </Card>
  )
}
