import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { getFormatter, getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { OverridesCard } from '@/app/(panel)/domains/[domain]/reports/overrides-card'
import { ReportFilters } from '@/app/(panel)/domains/[domain]/reports/report-filters'
import { AddressesCard } from '@/app/(panel)/domains/[domain]/reports/sources/[source]/addresses-card'
import { NameSourceForm } from '@/app/(panel)/domains/[domain]/reports/sources/[source]/name-source-form'
import { DispositionsCard, IdentifiersCard } from '@/app/(panel)/domains/[domain]/reports/sources/[source]/shown-cards'
import { SourceRows } from '@/app/(panel)/domains/[domain]/reports/sources/[source]/source-rows'
import { SourceCell } from '@/app/(panel)/domains/[domain]/reports/source-cell'
import { VolumeChart } from '@/app/(panel)/domains/[domain]/reports/volume-chart'
import { domainPath, withQuery } from '@/components/data/paths'
import type { PageState } from '@/components/layout/page-header'
import { Card, CardBody } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import { roleMay } from '@/lib/auth/permissions'
import { DEFAULT_DAYS } from '@/lib/dmarc/period'
import { readReportFilter, reportQuery, type ReportQuery } from '@/lib/dmarc/report-filter'
import { sourceKeyOf } from '@/lib/dmarc/sources/describe-source'
import { getSource, type ListedSource } from '@/lib/dmarc/sources/queries'
import { requireDomain } from '@/lib/domains/queries'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'

interface Props {
  params: Promise<{ domain: string; source: string }>
  searchParams: Promise<ReportQuery & { after?: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('domainReports')
  return { title: `${t('source')} · ${domainParam((await params).domain)}` }
}

/** One source of a domain's mail: how much, from where, what it carries, what was done with it, and the rows that say so. */
export default async function SourcePage({ params, searchParams }: Props) {
  const actor = await requirePageActor('report:read')
  const { domain, source: segment } = await params
  const [name, key, query] = [domainParam(domain), sourceKeyOf(segment) ?? notFound(), await plainQuery(searchParams)]
  // The sums of sources are not told apart by reporter.
  const { reporter: _reporter, ...filter } = readReportFilter(query)
  const { days = DEFAULT_DAYS, onlyFailures = false } = filter
  await orNotFound(requireDomain(actor, name))
  const [page, t, tDomain] = await Promise.all([
    getSource(actor, name, key, query.after === undefined ? filter : { ...filter, after: query.after }),
    getTranslations('domainReports'),
    getTranslations('domain'),
  ])
  const path = domainPath(name, `reports/sources/${segment}`)
  const own = withQuery(path, { ...reportQuery(filter) })
  const frame = { name, actor, crumbs: [{ href: domainPath(name, 'reports'), label: tDomain('tabs.reports') }] }
  const filters = <ReportFilters path={path} query={reportQuery(filter)} headerFroms={null} />
  if (!page)
    return (
      <DomainFrame {...frame} title={key.slice(key.lastIndexOf(':') + 1)} text={t('nothing', { days })}>
        {filters}
        <Card>
          <Empty title={t('nothing', { days })}>{t('nothingText')}</Empty>
        </Card>
      </DomainFrame>
    )
  const { source } = page
  return (
    <DomainFrame {...frame} title={source.name} state={await stateOf(source, days)}>
      {filters}
      <Card title={t('source')}>
        <CardBody>
          <SourceCell source={source} isNew={source.isNew} />
        </CardBody>
        <div className="border-line border-t px-4 pt-3">
          <VolumeChart
            label={t('chart', { name: source.name })}
            days={page.days}
            onlyFailures={onlyFailures}
            emptyText={t('nothing', { days })}
          />
        </div>
      </Card>
      <AddressesCard addresses={source.addresses} />
      <IdentifiersCard detail={page} />
      <DispositionsCard dispositions={page.dispositions} />
      <OverridesCard overrides={page.overrides} />
      {source.kind !== 'own' && roleMay(actor.role, 'report:write') ? (
        <NameSourceForm domain={name} source={source} />
      ) : null}
      <SourceRows
        rows={page.rows}
        first={query.after === undefined ? null : own}
        next={page.next === null ? null : withQuery(path, { ...reportQuery(filter), after: page.next })}
      />
    </DomainFrame>
  )
}

/** The line that says how the source's mail did, and which retired keys it signs with. */
async function stateOf(
  { aligned, messages, retiredSelectors, isOurs }: ListedSource,
  days: number,
): Promise<PageState> {
  const [t, tReports, format] = await Promise.all([
    getTranslations('domainReports'),
    getTranslations('reports'),
    getFormatter(),
  ])
  const isWhole = aligned === messages
  const level = isOurs === false ? 'unknown' : isWhole ? 'ok' : aligned === 0 ? 'broken' : 'attention'
  const share = format.number(aligned / messages, { style: 'percent', maximumFractionDigits: 1 })
  const sentence = t('state', { share, messages, days })
  const retired =
    retiredSelectors.length === 0
      ? ''
      : ` ${t('retired', { selectors: format.list(retiredSelectors), count: retiredSelectors.length })}`
  const word = isWhole ? tReports('aligned') : aligned === 0 ? tReports('notAligned') : tReports('partly', { share })
  return { level: retired === '' ? level : 'attention', word, text: sentence + retired }
}
