import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { ForeignText } from '@/components/data/foreign-text'
import { domainPath, reportPath } from '@/components/data/paths'
import { AbsoluteTime, RelativeTime } from '@/components/data/time'
import { TrustBadge } from '@/components/data/trust-badge'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Badge } from '@/components/ui/badge'
import type { Level } from '@/components/ui/level'
import { Table } from '@/components/ui/table'
import type { listReportFiles } from '@/lib/dmarc/queries'
import type { FormAction } from '@/lib/http/action-state'

const LEVEL: Record<string, Level> = {
  stored: 'ok',
  duplicate: 'unknown',
  foreign: 'attention',
  rejected: 'broken',
  failed: 'broken',
}

type File = Awaited<ReturnType<typeof listReportFiles>>['files'][number]

/** Report files with what became of each. `retry`: what reads a failed one again, where that is offered. */
export async function ReportFiles({ files, retry }: { files: File[]; retry?: FormAction<undefined> }) {
  const t = await getTranslations('reports')
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
          <FileRow key={file.id} file={file} retry={retry} />
        ))}
      </tbody>
    </Table>
  )
}

async function FileRow({ file, retry }: { file: File; retry: FormAction<undefined> | undefined }) {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  const { report, kind } = file
  const href = report && (report.id === null ? domainPath(report.domain, 'reports') : reportPath(report.id))
  const name = <ForeignText text={file.name} />
  return (
    <tr>
      <td>
        <Badge level={LEVEL[file.state] ?? 'unknown'}>{t(`states.${file.state}`)}</Badge>
      </td>
      <td className="wrap-anywhere min-[900px]:w-2/5">
        {href === null ? (
          name
        ) : (
          <Link prefetch={false} href={href}>
            {name}
          </Link>
        )}
        <div className="text-muted text-sm">
          {kind === null ? null : t(`kinds.${kind}`)}
          {file.reason && file.state !== 'stored' ? <span className="block">{t(`reasons.${file.reason}`)}</span> : null}
        </div>
        <TrustBadge trust={file.trust} reason={file.trustReason} />
        {file.canRetry && retry ? (
          <ActionForm action={retry} hidden={{ id: file.id }} className="mt-1 flex flex-col items-start gap-2">
            <SubmitButton busy={t('retrying')} variant="plain" size="small">
              {t('retry')}
            </SubmitButton>
          </ActionForm>
        ) : null}
      </td>
      <td className="wrap-anywhere" data-label={t('reporter')}>
        <div className="min-[900px]:min-w-28">{report?.reporter ? <ForeignText text={report.reporter} /> : null}</div>
      </td>
      <td className="wrap-anywhere" data-label={t('domain')}>
        <div className="min-[900px]:min-w-28">
          {report?.policyDomain}
          {file.otherReports > 0 ? (
            <span className="text-muted block text-sm">{t('otherDomains', { count: file.otherReports })}</span>
          ) : null}
        </div>
      </td>
      <td className="text-muted" data-label={t('period')}>
        {report ? <AbsoluteTime at={report.beginsAt} /> : null}
      </td>
      <td className="num" data-label={kind === 'tls' ? t('sessions') : t('messages')}>
        {report ? format.number(report.messageCount) : null}
        {report && kind === 'tls' ? <span className="text-muted block text-sm">{t('sessions')}</span> : null}
      </td>
      <td className="text-muted">
        <RelativeTime at={file.receivedAt} />
      </td>
    </tr>
  )
}
