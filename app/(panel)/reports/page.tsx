import type { Metadata } from 'next'
import { getFormatter, getLocale, getTranslations } from 'next-intl/server'
import { retryReportFileAction } from '@/app/(panel)/reports/actions'
import { DomainsCard } from '@/app/(panel)/reports/domains-card'
import { StackedBars } from '@/components/charts/stacked-bars'
import { FilterLinks, type FilterGroup } from '@/components/data/filter-links'
import { Pager } from '@/components/data/pager'
import { withQuery } from '@/components/data/paths'
import { ReportFiles } from '@/components/data/report-files'
import { ReportUpload, UploadLine, type UploadQuery } from '@/components/data/report-upload'
import { PageHeader, type PageState } from '@/components/layout/page-header'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import type { Actor } from '@/lib/auth/actor'
import { roleMay } from '@/lib/auth/permissions'
import { getAllDomains, type AllDomains } from '@/lib/dmarc/all-domains/overview'
import { FILE_KINDS, FILE_STATES, FILE_TRUSTS, readFileFilter, type FileQuery } from '@/lib/dmarc/file-filter'
import { DEFAULT_DAYS } from '@/lib/dmarc/period'
import { listReportFiles } from '@/lib/dmarc/queries'
import { readReportFilter, reportQuery, type ReportQuery } from '@/lib/dmarc/report-filter'
import { requirePageActor } from '@/lib/http/page'
import { uuidParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

const PATH = '/reports'
const PERIODS = [7, 30, 90] as const
/** Mail that failed and was delivered all the same is what harms the domain; what was stopped did no harm. */
const OUTCOMES = [
  { key: 'aligned', tone: 'ok' },
  { key: 'stopped', tone: 'waiting' },
  { key: 'delivered', tone: 'broken' },
] as const
const FINE = 0.98
const POOR = 0.9

type Query = UploadQuery & FileQuery & Pick<ReportQuery, 'days' | 'verified'> & { q?: string; before?: string }

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('reports'))('title') }
}

export default async function ReportsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const actor = await requirePageActor('report:read')
  const query = await plainQuery(searchParams)
  const { days = DEFAULT_DAYS, withoutUnverified = false } = readReportFilter(query)
  const search = (query.q ?? '').slice(0, 253)
  const [t, all] = await Promise.all([
    getTranslations('reports'),
    getAllDomains(actor, { days, withoutUnverified, search }),
  ])
  const hasReports = all.totals.messages + all.before.messages > 0
  const kept = { ...reportQuery({ days, withoutUnverified }) }
  return (
    <>
      <PageHeader title={t('title')} state={await pageState(all)} />
      <UploadLine query={query} />
      {hasReports ? (
        <>
          <Chart all={all} days={days} withoutUnverified={withoutUnverified} search={search} />
          <DomainsCard all={all} search={search} query={kept} />
        </>
      ) : null}
      {roleMay(actor.role, 'report:write') ? <ReportUpload back={PATH} /> : null}
      <Files actor={actor} query={query} kept={{ ...kept, ...(search ? { q: search } : {}) }} />
    </>
  )
}

async function pageState({ totals, domains, period }: AllDomains): Promise<PageState> {
  const [t, tAll, format] = await Promise.all([
    getTranslations('reports'),
    getTranslations('allDomains'),
    getFormatter(),
  ])
  if (totals.messages === 0) {
    return { level: 'unknown', word: t('noneWord'), text: t('overviewNone', { days: period.days }) }
  }
  const share = totals.aligned / totals.messages
  const level = share >= FINE ? 'ok' : share >= POOR ? 'attention' : 'broken'
  const aligned = format.number(share, { style: 'percent', maximumFractionDigits: 1 })
  const leaky = domains.find(({ delivered }) => delivered > 0)
  return {
    level,
    word: t(`level.${level}`),
    text: (
      <>
        {t('overview', { aligned, messages: totals.messages, days: period.days })}{' '}
        {leaky ? tAll('most', { name: leaky.name, count: leaky.delivered }) : null}
      </>
    ),
  }
}

interface ChartProps {
  all: AllDomains
  days: number
  withoutUnverified: boolean
  search: string
}

/** What became of the mail of all domains, day by day, with the choice of the time. */
async function Chart({ all, days, withoutUnverified, search }: ChartProps) {
  const [t, tAll, format, locale] = await Promise.all([
    getTranslations('reports'),
    getTranslations('allDomains'),
    getFormatter(),
    getLocale(),
  ])
  const dayName = (day: string): string =>
    format.dateTime(new Date(`${day}T00:00:00Z`), { day: 'numeric', month: 'short', timeZone: 'UTC' })
  const href = (change: { days?: number; withoutUnverified?: boolean }) =>
    withQuery(PATH, { ...reportQuery({ days, withoutUnverified, ...change }), q: search })
  const groups: FilterGroup[] = [
    {
      label: tAll('period'),
      options: PERIODS.map((choice) => ({
        ...{ text: tAll('days', { days: choice }), href: href({ days: choice }), isOn: choice === days },
      })),
    },
    {
      label: tAll('mail'),
      options: [false, true].map((choice) => ({
        ...{ text: choice ? tAll('verifiedOnly') : tAll('anyMail') },
        ...{ href: href({ withoutUnverified: choice }), isOn: choice === withoutUnverified },
      })),
    },
  ]
  return (
    <Card title={tAll('title')} aside={<FilterLinks label={tAll('filters')} groups={groups} />}>
      <div className="px-4 pt-3">
        <StackedBars
          label={tAll('chart')}
          locale={locale}
          series={OUTCOMES.map(({ key, tone }) => ({ label: t(`outcome.${key}`), tone }))}
          bars={all.days.map((day) => ({
            ...{ label: dayName(day.day), shortLabel: dayName(day.day), values: OUTCOMES.map(({ key }) => day[key]) },
          }))}
          emptyText={t('overviewNone', { days })}
          barColumn={t('day')}
          sumColumn={t('messages')}
          tableLabel={t('daysTable')}
        />
      </div>
    </Card>
  )
}

interface FilesProps {
  actor: Actor
  query: Query
  /** What of the query belongs to the rest of the page. */
  kept: Record<string, string>
}

/** The files themselves, narrowed by what became of them, what is in them and whether their mail is verified. */
async function Files({ actor, query, kept }: FilesProps) {
  const filter = readFileFilter(query)
  const { before } = query
  const [t, tTrust, { files, next }] = await Promise.all([
    getTranslations('reports'),
    getTranslations('reportTrust'),
    listReportFiles(actor, { ...filter, ...(before === undefined ? {} : { before: uuidParam(before) }) }),
  ])
  const href = (change: Record<string, string | undefined>) => withQuery(PATH, { ...kept, ...filter, ...change })
  const group = <K extends keyof FileQuery>(
    key: K,
    label: string,
    values: readonly string[],
    text: (value: string) => string,
  ) => ({
    label,
    options: [
      { text: t('any'), href: href({ [key]: undefined }), isOn: filter[key] === undefined },
      ...values.map((value) => ({ text: text(value), href: href({ [key]: value }), isOn: filter[key] === value })),
    ],
  })
  const groups = [
    group('state', t('state'), FILE_STATES, (value) => t(`states.${value}`)),
    group('kind', t('kindOf'), FILE_KINDS, (value) => t(`kinds.${value}`)),
    group('trust', t('trust'), FILE_TRUSTS, (value) => tTrust(`states.${value}`)),
  ]
  const isNarrowed = Object.keys(filter).length > 0 || before !== undefined
  return (
    <Card title={t('filesTitle')}>
      {files.length > 0 || isNarrowed ? (
        <div className="border-line border-b px-4 py-2.5">
          <FilterLinks label={t('fileFilters')} groups={groups} />
        </div>
      ) : null}
      {files.length > 0 ? (
        <ReportFiles files={files} retry={retryReportFileAction} />
      ) : isNarrowed ? (
        <Empty title={t('noFile')} />
      ) : (
        <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
      )}
      <Pager first={before ? href({}) : null} next={next ? href({ before: next }) : null} />
    </Card>
  )
}
