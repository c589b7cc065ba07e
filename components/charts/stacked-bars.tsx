import { useId } from 'react'
import { barGeometry } from '@/components/charts/bar-geometry'

const WIDTH = 1000
const HEIGHT = 160

export type Tone = 'ok' | 'attention' | 'broken' | 'waiting' | 'unknown'

export interface Series {
  label: string
  tone: Tone
}

export interface Bar {
  /** As the table has it, `21 November 2026`. */
  label: string
  /** As the axis has it, `21 Nov`. */
  shortLabel: string
  /** One a series, in their order. */
  values: readonly number[]
}

interface StackedBarsProps {
  /** What the chart shows, for those who do not see it. */
  label: string
  /** Of the numbers: `en`, `fr`. */
  locale: string
  series: readonly Series[]
  bars: readonly Bar[]
  /** Stands in place of the drawing when all values are 0. */
  emptyText: string
  /** Head of the table's first column, and of its last, the sum. */
  barColumn: string
  sumColumn: string
  /** What opens the table. */
  tableLabel: string
}

/**
 * Volumes over time as stacked bars, drawn on the server, with their totals as a legend and the same numbers as a table
 * under it. Everything that must stay readable at 360 px is HTML; only the bars are stretched. Colours are those of the
 * five levels; the bars of `broken` are striped too, so that colour alone tells nothing.
 */
export function StackedBars(props: StackedBarsProps) {
  const { series, bars, locale, label, emptyText } = props
  const totals = series.map((_item, index) => bars.reduce((sum, bar) => sum + (bar.values[index] ?? 0), 0))
  const total = totals.reduce((sum, value) => sum + value, 0)
  return (
    <figure className="min-w-0">
      {total === 0 ? (
        <p className="text-muted">{emptyText}</p>
      ) : (
        <Drawing bars={bars} series={series} label={label} locale={locale} />
      )}
      <Legend series={series} totals={totals} total={total} locale={locale} />
      {total === 0 ? null : <NumberTable {...props} totals={totals} total={total} />}
    </figure>
  )
}

function Drawing({ bars, series, label, locale }: Pick<StackedBarsProps, 'bars' | 'series' | 'label' | 'locale'>) {
  const id = useId()
  const stripes = `${id}-stripes`
  const geometry = barGeometry(
    bars.map((bar) => bar.values),
    WIDTH,
    HEIGHT,
  )
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
  return (
    <div aria-label={label} role="img" className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 pt-2">
      <div className="text-muted flex h-40 flex-col justify-between text-right text-xs tabular-nums">
        {geometry.ticks.map((tick) => (
          <span key={tick.value} className="flex h-0 items-center justify-end">
            {compact.format(tick.value)}
          </span>
        ))}
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className="h-40 w-full overflow-visible">
        <defs>
          <pattern id={stripes} width="8" height="4" patternUnits="userSpaceOnUse">
            <rect width="8" height="4" fill="var(--broken)" />
            <rect width="8" height="1.2" fill="var(--panel)" />
          </pattern>
        </defs>
        {geometry.ticks.map((tick) => (
          <line
            key={tick.value}
            x1={0}
            x2={WIDTH}
            y1={tick.y}
            y2={tick.y}
            stroke={tick.value === 0 ? 'var(--line-strong)' : 'var(--line)'}
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {geometry.bars.map((segments, index) => (
          <g key={bars[index]?.label}>
            {segments.map(({ series: which, ...box }) => {
              const tone = series[which]?.tone ?? 'unknown'
              return <rect key={which} {...box} fill={tone === 'broken' ? `url(#${stripes})` : `var(--${tone})`} />
            })}
          </g>
        ))}
      </svg>
      <div className="text-muted col-start-2 flex justify-between pt-1 text-xs tabular-nums">
        <AxisLabels bars={bars} />
      </div>
    </div>
  )
}

/** First and last; the one in the middle where there is one. */
function AxisLabels({ bars }: Pick<StackedBarsProps, 'bars'>) {
  const last = bars.length - 1
  const shown = last > 1 && last % 2 === 0 ? [0, last / 2, last] : last > 0 ? [0, last] : [0]
  return shown.map((index) => <span key={index}>{bars[index]?.shortLabel}</span>)
}

const DOTS: Record<Tone, string> = {
  ok: 'bg-ok',
  attention: 'bg-attention',
  broken: 'bg-broken',
  waiting: 'bg-waiting',
  unknown: 'bg-unknown',
}

interface LegendProps extends Pick<StackedBarsProps, 'series' | 'locale'> {
  totals: readonly number[]
  total: number
}

function Legend({ series, totals, total, locale }: LegendProps) {
  const count = new Intl.NumberFormat(locale)
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  return (
    <figcaption className="text-muted flex flex-wrap gap-x-4 gap-y-1 py-3 text-sm">
      {series.map(({ label, tone }, index) => (
        <span key={label} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={`inline-block size-2.5 rounded-sm ${DOTS[tone]}`} />
          {label}
          <span className="text-text tabular-nums">{count.format(totals[index] ?? 0)}</span>
          {total === 0 ? null : <span className="tabular-nums">{share.format((totals[index] ?? 0) / total)}</span>}
        </span>
      ))}
    </figcaption>
  )
}

function NumberTable(props: StackedBarsProps & { totals: readonly number[]; total: number }) {
  const { series, bars, locale, label, barColumn, sumColumn, tableLabel, totals, total } = props
  const count = new Intl.NumberFormat(locale)
  return (
    <details className="border-line border-t">
      <summary className="text-muted py-2 text-sm">{tableLabel}</summary>
      <div role="region" aria-label={label} tabIndex={0} className="max-h-80 overflow-auto">
        <table className="rows">
          <thead className="sticky-head">
            <tr>
              <th scope="col">{barColumn}</th>
              {series.map((item) => (
                <th key={item.label} scope="col" className="num">
                  {item.label}
                </th>
              ))}
              <th scope="col" className="num">
                {sumColumn}
              </th>
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.label}>
                <th scope="row">{bar.label}</th>
                {series.map((item, index) => (
                  <td key={item.label} className="num">
                    {count.format(bar.values[index] ?? 0)}
                  </td>
                ))}
                <td className="num">{count.format(bar.values.reduce((sum, value) => sum + value, 0))}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{sumColumn}</th>
              {totals.map((value, index) => (
                <td key={series[index]?.label} className="num">
                  {count.format(value)}
                </td>
              ))}
              <td className="num">{count.format(total)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </details>
  )
}
