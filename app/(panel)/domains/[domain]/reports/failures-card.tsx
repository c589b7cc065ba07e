import { getTranslations } from 'next-intl/server'
import { originalPath } from '@/components/data/paths'
import { RelativeTime } from '@/components/data/time'
import { Card } from '@/components/ui/card'
import { Table } from '@/components/ui/table'
import type { listFailureReports } from '@/lib/dmarc/queries'

/** Single messages that failed, as receivers report them: nothing of the message, but for its mail where the owner has it kept. */
export async function FailuresCard({ reports, count }: Awaited<ReturnType<typeof listFailureReports>>) {
  const t = await getTranslations('failureReports')
  if (count === 0) return null
  return (
    <Card title={t('title')} aside={t('count', { count, shown: reports.length })}>
      <Table label={t('title')} folds>
        <thead>
          <tr>
            <th>{t('received')}</th>
            <th>{t('source')}</th>
            <th>{t('failed')}</th>
            <th>{t('signature')}</th>
            <th>{t('result')}</th>
          </tr>
        </thead>
        <tbody>
          {reports.map((report) => (
            <tr key={report.id}>
              <td>
                <RelativeTime at={report.receivedAt} />
                {report.isMailKept ? (
                  <a href={originalPath(report.fileId)} className="block text-sm">
                    {t('download')}
                  </a>
                ) : null}
              </td>
              <td className="exact" data-label={t('source')}>
                {report.sourceIp ?? t('unsaid')}
              </td>
              <td data-label={t('failed')}>{report.authFailure ?? t('unsaid')}</td>
              <td className="exact wrap-anywhere" data-label={t('signature')}>
                {[report.dkimDomain, report.dkimSelector].filter((text) => text !== null).join(' ') || t('unsaid')}
              </td>
              <td className="wrap-anywhere" data-label={t('result')}>
                {report.deliveryResult ?? t('unsaid')}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
