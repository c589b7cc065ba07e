import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { domainPath } from '@/components/data/paths'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'
import { Table } from '@/components/ui/table'
import type { TlsSums } from '@/lib/tlsrpt/queries'

const SHOWN = 5

/** What others say of encrypted delivery here, in short; nothing where nobody said anything. */
export async function TlsCard({ sums, days }: { sums: TlsSums; days: number }) {
  const [t, format] = await Promise.all([getTranslations('tlsReports'), getFormatter()])
  if (sums.reports === 0) return null
  return (
    <Card title={t('title')} aside={t('period', { days, reports: sums.reports })}>
      <Facts
        facts={[
          { term: t('successful'), value: format.number(sums.successful) },
          { term: t('failed'), value: format.number(sums.failed) },
        ]}
      />
      {sums.failures.length > 0 ? (
        <Table label={t('failures')} folds>
          <thead>
            <tr>
              <th>{t('failure')}</th>
              <th>{t('host')}</th>
              <th className="num">{t('sessions')}</th>
            </tr>
          </thead>
          <tbody>
            {sums.failures.slice(0, SHOWN).map((failure) => (
              <tr key={`${failure.resultType} ${failure.mxHost} ${failure.policyType}`}>
                <td>{t(`results.${failure.resultType}`)}</td>
                <td className="exact wrap-anywhere" data-label={t('host')}>
                  {failure.mxHost ?? t('unnamed')}
                </td>
                <td className="num" data-label={t('sessions')}>
                  {format.number(failure.sessions)}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
      <p className="border-line border-t px-4 py-3">
        <Link prefetch={false} href={domainPath(sums.domain, 'reports/tls')}>
          {t('more')}
        </Link>
      </p>
    </Card>
  )
}
