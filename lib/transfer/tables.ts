import type { Client } from 'pg'
import type { Manifest } from '@/lib/transfer/schema'

type Table = Manifest['tables'][number]

/** The list of applied migrations is not copied: a restore makes it by applying them. */
const MIGRATIONS_TABLE = '_prisma_migrations'

async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> $1
      group by c.relname order by c.relname`,
    [MIGRATIONS_TABLE],
  )
  return rows
}

async function readReferences(client: Client): Promise<Map<string, Set<string>>> {
  const { rows } = await client.query<{ from: string; to: string }>(
    `select f.relname as "from", t.relname as "to"
       from pg_constraint c join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.conrelid <> c.confrelid`,
  )
  const references = new Map<string, Set<string>>()
  for (const { from, to } of rows) references.set(from, (references.get(from) ?? new Set()).add(to))
  return references
}

/**
 * Sorts names so that each comes after those it refers to. Throws an Error that names a circle, since rows in one could not
 * be written table by table.
 */
export function sortByReferences<T extends { name: string }>(items: T[], references: Map<string, Set<string>>): T[] {
  const sorted: T[] = []
  let left = items
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name))
    const ready = left.filter(({ name }) => ![...(references.get(name) ?? [])].some((to) => names.has(to)))
    if (ready.length === 0) throw new Error(`tables refer to each other in a circle: ${[...names].join(', ')}`)
    sorted.push(...ready)
    const done = new Set(ready)
    left = left.filter((item) => !done.has(item))
  }
  return sorted
}

/** The tables with their columns, each after those it refers to. */
export async function listTables(client: Client): Promise<Table[]> {
  return sortByReferences(await readTables(client), await readReferences(client))
}

/** Sequences that have given numbers, with the next one. */
export async function listSequences(client: Client): Promise<Manifest['sequences']> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `select sequencename as name, (last_value + 1)::text as value
       from pg_sequences where schemaname = 'public' and last_value is not null`,
  )
  return rows
}

/** Names of the applied migrations, oldest first. */
export async function listApplied(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select migration_name as name from ${MIGRATIONS_TABLE} where finished_at is not null order by migration_name`,
  )
  return rows.map(({ name }) => name)
}

/** Name of a table that holds a row, null where the database is empty. */
export async function findFilledTable(client: Client): Promise<string | null> {
  for (const { name } of await readTables(client)) {
    const { rowCount } = await client.query(`select 1 from "${name}" limit 1`)
    if (rowCount) return name
  }
  return null
}

/** `"a", "b"`. The names come from the catalog or from a checked manifest. */
export function columnList(table: Table): string {
  return table.columns.map((column) => `"${column}"`).join(', ')
}
