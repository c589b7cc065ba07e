import type { Metadata } from 'next'
import { getFormatter, getLocale, getTranslations } from 'next-intl/server'
import { DomainFrame } from '@/app/(panel)/domains/[domain]/domain-frame'
import { TlsFailures } from '@/app/(panel)/domains/[domain]/reports/tls/tls-failures'
import { StackedBars } from '@/components/charts/stacked-bars'
import { domainPath, withQuery } from '@/components/data/paths'
import { ButtonLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Empty } from '@/components/ui/empty'
import type { Level } from '@/components/ui/level'
import { Table } from '@/components/ui/table'
import { orNotFound, requirePageActor } from '@/lib/http/page'
import { domainParam } from '@/lib/http/params'
import { plainQuery } from '@/lib/http/query'
import { getTlsSums, type TlsSums } from '@/lib/tlsrpt/queries'

const TIMES = [30, 90, 365] as const
const SERIES = [
  { key: 'successful', tone: 'ok' },
  { key: 'failed', tone: 'broken' },
] as const

interface Props {
  params: Promise<{ domain: string }>
  searchParams: Promise<{ days?: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('tlsReports')
  return { title: `${t('page')} · ${domainParam((await params).domain)}` }
}

function levelOf({ successful, failed }: TlsSums): Level {
  if (successful + failed === 0) return 'unknown'
  return failed === 0 ? 'ok' : failed > successful ? 'broken' : 'attention'
}

/** Encrypted delivery to the domain as senders saw it (RFC 8460): how much, what failed, where, and what to do. */
export default async function TlsReportsPage({ params, searchParams }: Props) {
  const actor = await requirePageActor('report:read')
  const name = domainParam((await params).domain)
  const query = await plainQuery(searchParams)
  const days = TIMES.find((value) => String(value) === query.days) ?? TIMES[0]
  const sums = await orNotFound(getTlsSums(actor, name, { days }))
  const [t, tDomain] = await Promise.all([getTranslations('tlsReports'), getTranslations('domain')])
  const level = levelOf(sums)
  const path = domainPath(name, 'reports/tls')
  return (
    <DomainFrame
      name={name}
      actor={actor}
      title={t('page')}
      crumbs={[{ href: domainPath(name, 'reports'), label: tDomain('tabs.reports') }]}
      state={{
        level,
        word: t(`levels.${level}`),
        text: t('state', { failed: sums.failed, sessions: sums.successful + sums.failed, days }),
      }}
    >
      <nav aria-label={t('time')} className="mb-4 flex flex-wrap gap-2">
        {TIMES.map((value) => (
          <ButtonLink
            key={value}
            href={withQuery(path, { days: String(value) })}
            size="small"
            variant={value === days ? 'primary' : 'plain'}
            aria-current={value === days ? 'true' : undefined}
          >
            {t('lastDays', { days: value })}
          </ButtonLink>
        ))}
      </nav>
      <SessionsCard sums={sums} days={days} />
      <TlsFailures sums={sums} />
      <ReportersCard reporters={sums.reporters} />
    </DomainFrame>
  )
}

async function SessionsCard({ sums, days }: { sums: TlsSums; days: number }) {
  const [t, format, locale] = await Promise.all([getTranslations('tlsReports'), getFormatter(), getLocale()])
  const dayName = (day: string): string =>
    format.dateTime(new Date(`${day}T00:00:00Z`), { day: 'numeric', month: 'short', timeZone: 'UTC' })
  return (
    <Card title={t('sessions')} aside={t('period', { days, reports: sums.reports })}>
      {sums.reports === 0 ? (
        <Empty title={t('emptyTitle')}>{t('emptyText')}</Empty>
      ) : (
        <div className="px-4 py-3">
          <StackedBars
            label={t('chart', { name: sums.domain })}
            locale={locale}
            series={SERIES.map(({ key, tone }) => ({ label: t(key), tone }))}
            bars={sums.days.map((day) => ({
              label: dayName(day.day),
              shortLabel: dayName(day.day),
              values: SERIES.map(({ key }) => day[key]),
            }))}
            emptyText={t('emptyTitle')}
            barColumn={t('day')}
            sumColumn={t('sessions')}
            tableLabel={t('daysTable')}
          />
        </div>
      )}
    </Card>
  )
}

async function ReportersCard({ reporters }: { reporters: TlsSums['reporters'] }) {
  const [t, format] = await Promise.all([getTranslations('tlsReports'), getFormatter()])
  if (reporters.length === 0) return null
  return (
    <Card title={t('reporters')}>
      <Table label={t('reporters')} folds>
        <thead>
          <tr>
            <th>{t('reporter')}</th>
            <th className="num">{t('successful')}</th>
            <th className="num">{t('failed')}</th>
            <th className="num">{t('reports')}</th>
          </tr>
        </thead>
        <tbody>
          {reporters.map(({ organization, successful, failed, reports }, at) => (
            <tr key={at}>
              <td className="wrap-anywhere">{organization || t('unnamed')}</td>
              <td className="num" data-label={t('successful')}>
                {format.number(successful)}
              </td>
              <td className="num" data-label={t('failed')}>
                {format.number(failed)}
              </td>
              <td className="num" data-label={t('reports')}>
                {format.number(reports)}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}
