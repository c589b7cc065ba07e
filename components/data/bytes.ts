const UNITS = ['MiB', 'GiB', 'TiB', 'PiB'] as const

/** A size in the unit that keeps it short, one digit after the point at most. `format` writes the number. */
export function formatBytes(bytes: bigint | number, format: (value: number) => string): string {
  let value = Number(bytes) / 1_048_576
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${format(Math.round(value * 10) / 10)} ${UNITS[unit]}`
}
