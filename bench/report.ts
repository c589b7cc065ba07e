import { writeFileSync } from 'node:fs'

export interface Row {
  what: string
  size: string
  /** Measured values, milliseconds unless `unit` says otherwise. */
  samples: readonly number[]
  unit?: string
  /** Most that p95 may be with `--check`. */
  bound?: number
}

/** The value below which `share` of the samples lie (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/**
 * Prints the table of a benchmark (what, size, p50, p95, unit, bound); with `--json FILE` writes the same there; with
 * `--check` sets exit code 1 where a bound is missed.
 */
export function measure(name: string, rows: readonly Row[]): void {
  const figures = rows.map(({ what, size, samples, unit = 'ms', bound }) => ({
    what,
    size,
    p50: Number(percentile(samples, 0.5).toPrecision(4)),
    p95: Number(percentile(samples, 0.95).toPrecision(4)),
    unit,
    bound: bound ?? null,
  }))
  const table = [
    ['what', 'size', 'p50', 'p95', 'unit', 'bound'],
    ...figures.map(({ what, size, p50, p95, unit, bound }) => [what, size, p50, p95, unit, bound ?? ''].map(String)),
  ]
  const widths = table[0]?.map((_head, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? []
  console.log(name)
  for (const line of table) console.log(`  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`)
  const json = process.argv.indexOf('--json')
  const file = process.argv[json + 1]
  if (json > 0 && file !== undefined) writeFileSync(file, `${JSON.stringify({ name, figures }, null, 2)}\n`)
  const missed = figures.filter(({ p95, bound }) => bound !== null && p95 > bound)
  if (process.argv.includes('--check') && missed.length > 0) {
    console.error(`missed: ${missed.map(({ what, p95, bound }) => `${what} p95 ${p95} over ${bound}`).join('; ')}`)
    process.exitCode = 1
  }
}
