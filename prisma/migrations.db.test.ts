import { readFileSync } from 'node:fs'
import pg from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { createBlankDatabase } from '@/lib/db/testing'
import { diffSql, readExtraSql, readSchema } from './engine'
import { migrate } from './migrate'

const CATALOG = {
  columns: `select table_name, column_name, data_type, udt_name, is_nullable, column_default, character_maximum_length
    from information_schema.columns where table_schema = 'public'`,
  indexes: `select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'`,
  constraints: `select conrelid::regclass::text as "table", conname, pg_get_constraintdef(oid) as definition
    from pg_constraint where connamespace = 'public'::regnamespace`,
  enums: `select t.typname, array_agg(e.enumlabel::text order by e.enumsortorder) as labels
    from pg_type t join pg_enum e on e.enumtypid = t.oid group by t.typname`,
  triggers: `select tgrelid::regclass::text as "table", tgname, pg_get_triggerdef(oid) as definition from pg_trigger where not tgisinternal`,
  functions: `select p.proname, pg_get_functiondef(p.oid) as definition from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
  extensions: `select extname from pg_extension`,
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function readCatalog(url: string) {
  return withClient(url, async (client) => {
    const catalog: Record<string, string[]> = {}
    for (const [part, sql] of Object.entries(CATALOG)) {
      const { rows } = await client.query<Record<string, unknown>>(sql)
      // The order of a table's columns may differ after an ALTER; nothing depends on it.
      catalog[part] = rows
        .map((row) => JSON.stringify(row))
        .filter((row) => !row.includes('_prisma_migrations'))
        .sort()
    }
    return catalog
  })
}

describe('migrations', () => {
  it('give an empty database the same catalog as the schema applied at once', async () => {
    const maintenance = inject('maintenanceDatabaseUrl')
    const migrated = await createBlankDatabase(maintenance, 'catalog_migrated')
    const direct = await createBlankDatabase(maintenance, 'catalog_direct')
    const applied = await migrate(migrated)
    expect(applied.length).toBeGreaterThan(0)
    const sql = `${await diffSql(null, readSchema())}\n${readExtraSql()}`
    await withClient(direct, (client) => client.query(sql))
    const catalog = await readCatalog(migrated)
    expect(catalog.columns?.length).toBeGreaterThan(100)
    expect(catalog).toEqual(await readCatalog(direct))
  })

  it('are applied once, also when two processes start at the same time', async () => {
    const url = await createBlankDatabase(inject('maintenanceDatabaseUrl'), 'catalog_twice')
    const applied = await Promise.all([migrate(url), migrate(url)])
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
    expect(await migrate(url)).toEqual([])
  })

  it('use the schema engine that the Prisma CLI would use', () => {
    const versionOf = (name: string) => {
      const text = readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')
      return (JSON.parse(text) as { version: string }).version
    }
    expect(versionOf('@prisma/schema-engine-wasm')).toBe(versionOf('@prisma/engines-version'))
  })
})
