import { renderToStaticMarkup } from 'react-dom/server'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { barGeometry } from '@/components/charts/bar-geometry'
import { StackedBars, type Bar } from '@/components/charts/stacked-bars'

describe('the geometry of stacked bars', () => {
  it('keeps every segment inside the drawing, stacked without a gap, and in proportion', () => {
    const values = fc.array(fc.array(fc.nat({ max: 1_000_000 }), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(values, (bars) => {
        const { bars: drawn, ticks } = barGeometry(bars, 1000, 160)
        expect(ticks.at(-1)).toEqual({ value: 0, y: 160 })
        expect(ticks[0]?.y).toBeCloseTo(0)
        for (const [index, segments] of drawn.entries()) {
          expect(segments.map(({ series }) => series)).toEqual(
            (bars[index] ?? []).flatMap((value, series) => (value > 0 ? series : [])),
          )
          let bottom = 160
          for (const segment of segments) {
            expect(segment.y + segment.height).toBeCloseTo(bottom)
            expect(segment.x).toBeGreaterThanOrEqual(0)
            expect(segment.x + segment.width).toBeLessThanOrEqual(1000)
            // Segments too small to be seen are drawn one unit high, two of them at most above the axis' end.
            expect(segment.y).toBeGreaterThanOrEqual(-2)
            bottom = segment.y
          }
        }
      }),
    )
  })

  it('has round numbers on its axis, evenly apart, and no fraction of a message', () => {
    expect(barGeometry([[1]], 100, 160).ticks.map(({ value }) => value)).toEqual([1, 0])
    expect(barGeometry([[7, 90]], 100, 160).ticks.map(({ value }) => value)).toEqual([100, 80, 60, 40, 20, 0])
  })
})

const series = [
  { label: 'aligned', tone: 'ok' as const },
  { label: 'stopped', tone: 'broken' as const },
]
const words = {
  label: 'Messages a day by outcome',
  emptyText: 'No report yet',
  barColumn: 'Day',
  sumColumn: 'All',
  tableLabel: 'The numbers',
}
const render = (bars: Bar[], locale = 'en') =>
  renderToStaticMarkup(<StackedBars {...words} locale={locale} series={series} bars={bars} />)

describe('a chart of stacked bars', () => {
  const bars: Bar[] = [
    { label: '20 November 2026', shortLabel: '20 Nov', values: [1200, 0] },
    { label: '21 November 2026', shortLabel: '21 Nov', values: [800, 34] },
  ]

  it('is an image with a name, with the same numbers as a table', () => {
    const html = render(bars)
    expect(html).toContain('aria-label="Messages a day by outcome" role="img"')
    const cells = [...html.matchAll(/<t[hd][^>]*>([^<]*)<\/t[hd]>/g)].map(([, text]) => text)
    expect(cells).toEqual([
      'Day',
      'aligned',
      'stopped',
      'All',
      '20 November 2026',
      '1,200',
      '0',
      '1,200',
      '21 November 2026',
      '800',
      '34',
      '834',
      'All',
      '2,000',
      '34',
      '2,034',
    ])
    expect(html.match(/<rect [^>]*fill="(var\(--ok\)|url)/g)).toHaveLength(3)
  })

  it('writes numbers as the language does', () => {
    expect(render(bars, 'fr')).toContain('2\u202f000')
  })

  it('carries no style attribute and no script, which the content security policy would stop', () => {
    expect(render(bars)).not.toMatch(/ style=|<script|\son\w+=/)
  })

  it('says in words that there is nothing', () => {
    const html = render([{ label: 'a', shortLabel: 'a', values: [0, 0] }])
    expect(html).toContain('No report yet')
    expect(html).not.toContain('<svg')
  })
})
