import type { Db, Tx } from '@/lib/db/client'

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

/**
 * Drops the partitions of months that end before `day` (`YYYY-MM-DD`). Whoever reads waits at most half a second for each,
 * and less than it takes to be found waiting crosswise: one that is in use stays. False where any did.
 */
export async function dropPartitionsBefore(client: Db, day: string): Promise<boolean> {
  const month = partitionOf(new Date(`${day}T00:00:00Z`)).name
  const past = async () => (await listPartitions(client)).filter((name) => name < month)
  // Names are made of numbers alone.
  for (const name of await past())
    await client.$executeRawUnsafe(`
      DO $$ BEGIN
        SET LOCAL lock_timeout = '500ms';
        DROP TABLE IF EXISTS "${name}";
      EXCEPTION WHEN lock_not_available THEN NULL;
      END $$`)
  return (await past()).length === 0
}

async function listPartitions(client: Db): Promise<string[]> {
  const rows = await client.$queryRaw<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'dmarc_row'::regclass AND c.relname ~ '^dmarc_row_[0-9]{4}_[0-9]{2}$' ORDER BY name`
  return rows.map(({ name }) => name)
}
