import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { reportPath } from '@/components/data/paths'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { Badge } from '@/components/ui/badge'
import type { Level } from '@/components/ui/level'
import { Table } from '@/components/ui/table'
import type { listReportFiles } from '@/lib/dmarc/queries'

const LEVEL: Record<string, Level> = {
  stored: 'ok',
  duplicate: 'unknown',
  foreign: 'attention',
  rejected: 'broken',
  failed: 'broken',
}

/** Report files with what became of each. */
export async function ReportFiles({ files }: { files: Awaited<ReturnType<typeof listReportFiles>>['files'] }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  return (
    <Table label={t('filesTitle')} folds>
      <thead>
        <tr>
          <th>{t('state')}</th>
          <th>{t('file')}</th>
          <th>{t('reporter')}</th>
          <th>{t('domain')}</th>
          <th>{t('period')}</th>
          <th className="num">{t('messages')}</th>
          <th>{t('received')}</th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <tr key={file.id}>
            <td>
              <Badge level={LEVEL[file.state] ?? 'unknown'}>{t(`states.${file.state}`)}</Badge>
            </td>
            <td className="wrap-anywhere">
              {file.report ? (
                <Link prefetch={false} href={reportPath(file.report.id)}>
                  {file.name}
                </Link>
              ) : (
                file.name
              )}
              {file.reason && file.state !== 'stored' ? (
                <div className="text-muted text-sm">{t(`reasons.${file.reason}`)}</div>
              ) : null}
            </td>
            <td data-label={t('reporter')}>{file.report?.reporter}</td>
            <td data-label={t('domain')}>{file.report?.policyDomain}</td>
            <td className="text-muted" data-label={t('period')}>
              {file.report ? <AbsoluteTime at={file.report.beginsAt} /> : null}
            </td>
            <td className="num" data-label={t('messages')}>
              {file.report ? format.number(file.report.messageCount) : null}
            </td>
            <td className="text-muted">
              <RelativeTime at={file.receivedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
