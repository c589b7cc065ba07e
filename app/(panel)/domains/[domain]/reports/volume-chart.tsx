import { getFormatter, getLocale, getTranslations } from 'next-intl/server'
import { StackedBars } from '@/components/charts/stacked-bars'
import type { Outcomes } from '@/lib/dmarc/overview'

/** Mail that failed and was delivered all the same is what harms the domain; what was stopped did no harm. */
const OUTCOMES = [
  { key: 'aligned', tone: 'ok' },
  { key: 'stopped', tone: 'waiting' },
  { key: 'delivered', tone: 'broken' },
] as const
/** So many bars can be told apart; beyond it a bar is a week. */
const MOST_BARS = 100
const WEEK = 7

type Day = Outcomes & { day: string }

/** Weeks of days, the first of them perhaps short, each named by its first day. */
function weeksOf(days: readonly Day[]): Day[] {
  const weeks = Map.groupBy(days, (_day, at) => Math.floor((at - (days.length % WEEK) + WEEK) / WEEK))
  return [...weeks.values()].map((some) => ({
    day: some[0]?.day ?? '',
    aligned: some.reduce((sum, { aligned }) => sum + aligned, 0),
    delivered: some.reduce((sum, { delivered }) => sum + delivered, 0),
    stopped: some.reduce((sum, { stopped }) => sum + stopped, 0),
  }))
}

interface Props {
  label: string
  days: readonly Day[]
  onlyFailures: boolean
  emptyText: string
}

/** Messages a day by outcome; of a long time messages a week. */
export async function VolumeChart({ label, days, onlyFailures, emptyText }: Props) {
  const [t, tOwn, format, locale] = await Promise.all([
    getTranslations('reports'),
    getTranslations('domainReports'),
    getFormatter(),
    getLocale(),
  ])
  const isByWeek = days.length > MOST_BARS
  const outcomes = OUTCOMES.filter(({ key }) => !onlyFailures || key !== 'aligned')
  const name = (day: string, year?: 'numeric') =>
    format.dateTime(new Date(`${day}T00:00:00Z`), { day: 'numeric', month: 'short', year, timeZone: 'UTC' })
  return (
    <StackedBars
      label={label}
      locale={locale}
      series={outcomes.map(({ key, tone }) => ({ label: t(`outcome.${key}`), tone }))}
      bars={(isByWeek ? weeksOf(days) : days).map((day) => ({
        label: name(day.day, isByWeek ? 'numeric' : undefined),
        shortLabel: name(day.day),
        values: outcomes.map(({ key }) => day[key]),
      }))}
      emptyText={emptyText}
      barColumn={isByWeek ? tOwn('weekOf') : t('day')}
      sumColumn={t('messages')}
      tableLabel={isByWeek ? tOwn('weeksTable') : t('daysTable')}
    />
  )
}
