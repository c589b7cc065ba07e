import type { Tx } from '@/lib/db/client'

/** The partition of rows that a day (UTC) belongs to, with its first day and the first day after it, `YYYY-MM-DD`. */
export function partitionOf(day: Date): { name: string; from: string; to: string } {
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()]
  const iso = (at: number) => new Date(Date.UTC(year, at, 1)).toISOString().slice(0, 10)
  const from = iso(month)
  return { name: `dmarc_row_${from.slice(0, 7).replace('-', '_')}`, from, to: iso(month + 1) }
}

/** Makes the partitions that rows of these days need and that are missing. Whoever stores reports holds a lock meanwhile. */
export async function ensurePartitions(tx: Tx, days: readonly Date[]): Promise<void> {
  const wanted = new Map(days.map((day) => [partitionOf(day).name, partitionOf(day)]))
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'dmarc_row'::regclass AND c.relname = ANY(${[...wanted.keys()]}::text[])`
  for (const { name } of rows) wanted.delete(name)
  // Names and dates are made of numbers alone.
  for (const { name, from, to } of wanted.values())
    await tx.$executeRawUnsafe(
      `CREATE TABLE "${name}" PARTITION OF "dmarc_row" FOR VALUES FROM ('${from}') TO ('${to}')`,
    )
}
