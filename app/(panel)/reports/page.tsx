import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { withQuery } from '@/components/data/paths'
import { ReportFiles } from '@/components/data/report-files'
import { ReportUpload, UploadLine, type UploadQuery } from '@/components/data/report-upload'
import { PageHeader } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { Pager } from '@/components/data/pager'
import { roleMay } from '@/lib/auth/permissions'
import { listReportFiles } from '@/lib/dmarc/queries'
import { requirePageActor } from '@/lib/http/page'
import { uuidParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('reports'))('title') }
}

export default async function ReportsPage({
  searchParams,
}: {
  searchParams: Promise<UploadQuery & { before?: string }>
}) {
  const actor = await requirePageActor('report:read')
  const query = await plainQuery(searchParams)
  const { before } = query
  const [t, { files, next }] = await Promise.all([
    getTranslations('reports'),
    listReportFiles(actor, before === undefined ? {} : { before: uuidParam(before) }),
  ])
  const newest = files[0]
  return (
    <>
      <PageHeader
        title={t('title')}
        state={{
          level: newest ? 'ok' : 'unknown',
          word: newest ? t('receivedWord') : t('noneWord'),
          text: newest ? t('stateSome') : t('stateNone'),
        }}
      />
      <UploadLine query={query} />
      {roleMay(actor.role, 'report:write') ? <ReportUpload back="/reports" /> : null}
      <Card title={t('filesTitle')}>
        {files.length === 0 ? <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty> : <ReportFiles files={files} />}
        <Pager first={before ? '/reports' : null} next={next ? withQuery('/reports', { before: next }) : null} />
      </Card>
    </>
  )
}
