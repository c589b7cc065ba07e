import { scaleBand, scaleLinear } from 'd3-scale'

/** One coloured piece of a bar, in the units of the drawing. */
export interface Segment {
  series: number
  x: number
  y: number
  width: number
  height: number
}

export interface BarGeometry {
  /** One list a bar, from the bottom up; a value of 0 has no segment. */
  bars: Segment[][]
  /** Marks of the value axis, largest first; the last is 0. */
  ticks: { value: number; y: number }[]
}

const TICKS = 4
/** A bar that is not 0 is seen, however small it is beside the others. */
const LEAST_HEIGHT = 1

/**
 * Where the segments of stacked bars lie in a drawing of `width` by `height`. `values[bar][series]` are counts, 0 or more.
 * The axis begins at 0 and ends at a round number.
 */
export function barGeometry(values: readonly (readonly number[])[], width: number, height: number): BarGeometry {
  const largest = Math.max(1, ...values.map((bar) => bar.reduce((sum, value) => sum + value, 0)))
  const y = scaleLinear().domain([0, largest]).nice(TICKS).range([height, 0])
  const x = scaleBand<number>()
    .domain(values.map((_bar, index) => index))
    .range([0, width])
    .padding(0.2)
  // Counts have no fractions, so neither has their axis.
  const ticks = y.ticks(TICKS).filter((value) => Number.isInteger(value))
  const bars = values.map((bar, index) => {
    let bottom = height
    return bar.flatMap((value, series): Segment[] => {
      if (value <= 0) return []
      const tall = Math.max(LEAST_HEIGHT, height - y(value))
      bottom -= tall
      return [{ series, x: x(index) ?? 0, y: bottom, width: x.bandwidth(), height: tall }]
    })
  })
  return { bars, ticks: ticks.map((value) => ({ value, y: y(value) })).reverse() }
}
