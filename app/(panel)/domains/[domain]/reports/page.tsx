import Link from 'next/link'
import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { ComparisonCard } from '@/app/(panel)/domains/[domain]/reports/comparison-card'
import { ExportLinks } from '@/app/(panel)/domains/[domain]/reports/export-links'
import { FailuresCard } from '@/app/(panel)/domains/[domain]/reports/failures-card'
import { OverridesCard } from '@/app/(panel)/domains/[domain]/reports/overrides-card'
import { ReportFilters, type ReportsQuery } from '@/app/(panel)/domains/[domain]/reports/report-filters'
import { ReportersCard } from '@/app/(panel)/domains/[domain]/reports/reporters-card'
import { SourceNamesCard } from '@/app/(panel)/domains/[domain]/reports/source-names-card'
import { SourcesTable } from '@/app/(panel)/domains/[domain]/reports/sources-table'
import { TlsCard } from '@/app/(panel)/domains/[domain]/reports/tls-card'
import { VolumeChart } from '@/app/(panel)/domains/[domain]/reports/volume-chart'
import { domainPath } from '@/components/data/paths'
import { ReportFiles } from '@/components/data/report-files'
import { ReportUpload, UploadLine, type UploadQuery } from '@/components/data/report-upload'
import type { PageState } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { roleMay } from '@/lib/auth/permissions'
import { getReportOverview, type ReportTotals } from '@/lib/dmarc/overview'
import { DEFAULT_DAYS } from '@/lib/dmarc/period'
import { listFailureReports, listReportFiles } from '@/lib/dmarc/queries'
import { readReportFilter, reportQuery } from '@/lib/dmarc/report-filter'
import { getSourceList, listSourceNames } from '@/lib/dmarc/sources/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'
import { getTlsSums } from '@/lib/tlsrpt/queries'

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<UploadQuery & ReportsQuery>
}

export const generateMetadata = domainPageTitle('reports')

export default async function DomainReportsPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('report:read')
  const [name, query] = [domainParam((await params).domain), await plainQuery(searchParams)]
  const filter = readReportFilter(query)
  const { days = DEFAULT_DAYS, onlyFailures = false, reporter } = filter
  const [overview, list, names, tls, failures, { files }, t] = await Promise.all([
    orNotFound(getReportOverview(actor, name, { ...filter, compare: query.compare === '1' })),
    orNotFound(getSourceList(actor, name, filter)),
    orNotFound(listSourceNames(actor, name)),
    orNotFound(getTlsSums(actor, name, { days })),
    orNotFound(listFailureReports(actor, name)),
    listReportFiles(actor, { domain: name }),
    getTranslations('reports'),
  ])
  const { totals, before } = overview
  const path = domainPath(name, 'reports')
  const shown: ReportsQuery = { ...reportQuery(filter), ...(query.compare === '1' ? { compare: '1' } : {}) }
  const mayWrite = roleMay(actor.role, 'report:write')
  return (
    <DomainFrame name={name} actor={actor} state={await stateOf(totals, days)}>
      <UploadLine query={query} />
      <ReportFilters path={path} query={shown} headerFroms={list.headerFroms} />
      <Card title={t('who', { name })} aside={t('period30', { days, messages: totals.messages })}>
        {totals.messages === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyDomainText', { name })}</Empty>
        ) : (
          <>
            <div className="px-4 pt-3">
              <VolumeChart
                label={t('chart', { name })}
                days={overview.days}
                onlyFailures={onlyFailures}
                emptyText={t('overviewNone', { days })}
              />
            </div>
            <SourcesTable domain={name} query={shown} list={list} isOfReporter={reporter !== undefined} />
            <p className="border-line border-t px-4 py-3">
              <Link prefetch={false} href={domainPath(name, 'reports/what-if')}>
                {t('whatIf')}
              </Link>
            </p>
          </>
        )}
      </Card>
      {before === null ? null : <ComparisonCard totals={totals} before={before} days={days} />}
      <ReportersCard path={path} query={shown} overview={overview} />
      <OverridesCard overrides={overview.overrides} />
      <SourceNamesCard domain={name} names={names} mayWrite={mayWrite} />
      {totals.messages === 0 ? null : <ExportLinks domain={name} query={reportQuery(filter)} />}
      <TlsCard sums={tls} days={days} />
      <FailuresCard {...failures} />
      {mayWrite ? <ReportUpload back={path} /> : null}
      {files.length > 0 ? (
        <Card title={t('filesTitle')}>
          <ReportFiles files={files} />
        </Card>
      ) : null}
    </DomainFrame>
  )
}

/** The line that says how well the domain's mail did. */
async function stateOf({ aligned, messages }: ReportTotals, days: number): Promise<PageState> {
  const [t, format] = await Promise.all([getTranslations('reports'), getFormatter()])
  const share = messages === 0 ? 0 : aligned / messages
  const level = messages === 0 ? 'unknown' : share >= 0.98 ? 'ok' : share >= 0.9 ? 'attention' : 'broken'
  const percent = format.number(share, { style: 'percent', maximumFractionDigits: 1 })
  const text = messages === 0 ? t('overviewNone', { days }) : t('overview', { aligned: percent, messages, days })
  return { level, word: t(`level.${level}`), text }
}
