import { getFormatter, getTranslations } from 'next-intl/server'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { Table } from '@/components/ui/table'
import type { TlsSums } from '@/lib/tlsrpt/sum-reports'

/** What others say of encrypted delivery here; nothing where nobody said anything. */
export async function TlsCard({ sums, days }: { sums: TlsSums; days: number }) {
  const [t, format] = await Promise.all([getTranslations('tlsReports'), getFormatter()])
  if (sums.reports === 0) return null
  return (
    <Card title={t('title')} aside={t('period', { days, reports: sums.reports })}>
      <Facts
        facts={[
          { term: t('successful'), value: format.number(sums.successful) },
          { term: t('failed'), value: format.number(sums.failed) },
          ...(sums.unexplained > 0 ? [{ term: t('unexplained'), value: format.number(sums.unexplained) }] : []),
        ]}
      />
      {sums.failures.length > 0 ? (
        <Table label={t('failures')} folds>
          <thead>
            <tr>
              <th>{t('failure')}</th>
              <th>{t('host')}</th>
              <th>{t('policy')}</th>
              <th>{t('by')}</th>
              <th className="num">{t('sessions')}</th>
            </tr>
          </thead>
          <tbody>
            {sums.failures.map((failure) => (
              <tr key={`${failure.resultType} ${failure.mxHost} ${failure.policyType}`}>
                <td>
                  {t(`results.${failure.resultType}`)}
                  {failure.reasons.length > 0 ? (
                    <span className="exact text-muted block text-sm wrap-anywhere">{failure.reasons.join(' · ')}</span>
                  ) : null}
                </td>
                <td className="exact wrap-anywhere" data-label={t('host')}>
                  {failure.mxHost ?? t('unnamed')}
                </td>
                <td data-label={t('policy')}>{t(`policies.${failure.policyType}`)}</td>
                <td data-label={t('by')}>
                  <span className="wrap-anywhere">{format.list(failure.reporters)}</span>
                  {failure.senders.length > 0 ? (
                    <span className="exact text-muted block text-sm wrap-anywhere">{failure.senders.join(' ')}</span>
                  ) : null}
                </td>
                <td className="num" data-label={t('sessions')}>
                  {format.number(failure.sessions)}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </Card>
  )
}
