import Link from 'next/link'
import { getFormatter, getLocale, getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { domainPageTitle } from '@/app/(panel)/domains/[domain]/page-title'
import { FailuresCard } from '@/app/(panel)/domains/[domain]/reports/failures-card'
import { SourcesTable } from '@/app/(panel)/domains/[domain]/reports/sources-table'
import { TlsCard } from '@/app/(panel)/domains/[domain]/reports/tls-card'
import { StackedBars } from '@/components/charts/stacked-bars'
import { domainPath } from '@/components/data/paths'
import { ReportFiles } from '@/components/data/report-files'
import { ReportUpload, UploadLine, type UploadQuery } from '@/components/data/report-upload'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { roleMay } from '@/lib/auth/permissions'
import { getReportOverview } from '@/lib/dmarc/overview'
import { listFailureReports, listReportFiles } from '@/lib/dmarc/queries'
import { listSources } from '@/lib/dmarc/sources/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'
import { getTlsSums } from '@/lib/tlsrpt/queries'

const DAYS = 30
/** Mail that failed and was delivered all the same is what harms the domain; what was stopped did no harm. */
const OUTCOMES = [
  { key: 'aligned', tone: 'ok' },
  { key: 'stopped', tone: 'waiting' },
  { key: 'delivered', tone: 'broken' },
] as const

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<UploadQuery>
}

export const generateMetadata = domainPageTitle('reports')

export default async function DomainReportsPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('report:read')
  const name = domainParam((await params).domain)
  const overview = await orNotFound(getReportOverview(actor, name, { days: DAYS }))
  const [t, format, locale, query, sources, tls, failures, { files }] = await Promise.all([
    getTranslations('reports'),
    getFormatter(),
    getLocale(),
    plainQuery(searchParams),
    listSources(actor, name, { days: DAYS }),
    getTlsSums(actor, name, { days: DAYS }),
    listFailureReports(actor, name),
    listReportFiles(actor, { domain: name }),
  ])
  const { totals, days } = overview
  const share = totals.messages === 0 ? 0 : totals.aligned / totals.messages
  const percent = (part: number): string =>
    format.number(totals.messages === 0 ? 0 : part / totals.messages, { style: 'percent', maximumFractionDigits: 1 })
  const dayName = (day: string): string =>
    format.dateTime(new Date(`${day}T00:00:00Z`), { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const level = totals.messages === 0 ? 'unknown' : share >= 0.98 ? 'ok' : share >= 0.9 ? 'attention' : 'broken'
  return (
    <DomainFrame
      name={name}
      actor={actor}
      state={{
        level,
        word: t(`level.${level}`),
        text:
          totals.messages === 0
            ? t('overviewNone', { days: DAYS })
            : t('overview', { aligned: percent(totals.aligned), messages: totals.messages, days: DAYS }),
      }}
    >
      <UploadLine query={query} />
      <Card title={t('who', { name })} aside={t('period30', { days: DAYS, messages: totals.messages })}>
        {totals.messages === 0 ? (
          <Empty title={t('emptyTitle')}>{t('emptyDomainText', { name })}</Empty>
        ) : (
          <>
            <div className="px-4 pt-3">
              <StackedBars
                label={t('chart', { name })}
                locale={locale}
                series={OUTCOMES.map(({ key, tone }) => ({ label: t(`outcome.${key}`), tone }))}
                bars={days.map((day) => ({
                  label: dayName(day.day),
                  shortLabel: dayName(day.day),
                  values: OUTCOMES.map(({ key }) => day[key]),
                }))}
                emptyText={t('overviewNone', { days: DAYS })}
                barColumn={t('day')}
                sumColumn={t('messages')}
                tableLabel={t('daysTable')}
              />
            </div>
            <SourcesTable sources={sources} />
            <p className="border-line border-t px-4 py-3">
              <Link prefetch={false} href={domainPath(name, 'reports/what-if')}>
                {t('whatIf')}
              </Link>
            </p>
          </>
        )}
      </Card>
      <TlsCard sums={tls} days={DAYS} />
      <FailuresCard {...failures} />
      {roleMay(actor.role, 'report:write') ? <ReportUpload back={domainPath(name, 'reports')} /> : null}
      {files.length > 0 ? (
        <Card title={t('filesTitle')}>
          <ReportFiles files={files} />
        </Card>
      ) : null}
    </DomainFrame>
  )
}
