import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'

/** A Prisma schema as its files: `[name, text]`. */
export type SchemaFiles = [string, string][]

const here = fileURLToPath(new URL('.', import.meta.url))
export const migrationsFolder = join(here, 'migrations')
export const snapshotPath = join(migrationsFolder, 'schema.snapshot.prisma')
const filters = { externalTables: [], externalEnums: [] }

/** The schema as it stands in `prisma/schema`, one pair a file, sorted by name. */
export function readSchema(): SchemaFiles {
  const folder = join(here, 'schema')
  const names = readdirSync(folder).filter((name) => name.endsWith('.prisma'))
  return names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')])
}

/** SQL for what Prisma's schema language cannot say (checks, extensions); it follows the schema's own SQL. */
export function readExtraSql(): string {
  return readFileSync(join(here, 'extra.sql'), 'utf8')
}

/** What the snapshot file holds for a schema: all files, one after the other. */
export function snapshotText(schema: SchemaFiles): string {
  return schema.map(([name, text]) => `// ${name}\n${text.trim()}\n`).join('\n')
}

export interface Migration {
  name: string
  sql: string
}

/** The migrations on disk, oldest first; a folder without its `migration.sql` throws. */
export function readMigrations(): Migration[] {
  const folders = readdirSync(migrationsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const names = folders.map((entry) => entry.name).sort()
  return names.map((name) => ({ name, sql: readFileSync(join(migrationsFolder, name, 'migration.sql'), 'utf8') }))
}

let loading: Promise<void> | undefined

/** Prisma's schema engine ships as WebAssembly for bundlers; outside one its imports are tied by hand, once a process. */
function loadWasm(): Promise<void> {
  loading ??= (async () => {
    const file = new URL(import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm'))
    const imports = { './schema_engine_bg.js': glue as unknown as WebAssembly.ModuleImports }
    const { instance } = await WebAssembly.instantiate(readFileSync(file), imports)
    glue.__wbg_set_wasm(instance.exports)
    const begin = instance.exports.__wbindgen_start as (() => void) | undefined
    begin?.()
  })()
  return loading
}

async function openEngine(schema: SchemaFiles, factory: SqlMigrationAwareDriverAdapterFactory) {
  await loadWasm()
  return glue.SchemaEngine.new({ datamodels: schema }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory))
}

/**
 * The adapter cuts a script at every semicolon, also within quotes, comments and functions; here it goes to the server
 * whole, which also makes it one transaction.
 */
class WholeScripts extends PrismaPg {
  readonly #opened: SqlDriverAdapter[] = []

  override async connect() {
    const adapter = await super.connect()
    this.#opened.push(adapter)
    adapter.executeScript = async (script) => {
      await adapter.underlyingDriver().query(script)
    }
    return adapter
  }

  /** Closes every connection the engine asked for; with them goes the lock that it leaves behind. */
  async close() {
    await Promise.all(this.#opened.map((adapter) => adapter.dispose()))
  }
}

/** The engine's adapter takes fields, not an address. */
function databaseAt(url: string): WholeScripts {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  return new WholeScripts({
    max: 1,
    host: searchParams.get('host') ?? decodeURIComponent(hostname),
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: sslOf(searchParams.get('sslmode')),
  })
}

/** The address's `sslmode` in pg's words. */
function sslOf(mode: string | null): boolean | { rejectUnauthorized: boolean } {
  if (mode === null || mode === 'disable') return false
  return mode === 'verify-full' || mode === 'verify-ca' ? true : { rejectUnauthorized: false }
}

/** The engine wants a connection before it compares two texts, and asks it only for its version: one that answers nothing will do. */
function noDatabase(): SqlMigrationAwareDriverAdapterFactory {
  const about = { provider: 'postgres', adapterName: 'none' } as const
  const silent: SqlDriverAdapter = {
    ...about,
    queryRaw: () => Promise.resolve({ columnNames: [], columnTypes: [], rows: [] }),
    executeRaw: () => Promise.resolve(0),
    executeScript: () => Promise.resolve(),
    startTransaction: () => Promise.reject(new Error('there is no database behind a comparison of texts')),
    dispose: () => Promise.resolve(),
  }
  return { ...about, connect: () => Promise.resolve(silent), connectToShadowDb: () => Promise.resolve(silent) }
}

/** SQL that leads from one schema to another; from nothing when `from` is null. Needs no database. */
export async function diffSql(from: SchemaFiles | null, to: SchemaFiles): Promise<string> {
  const engine = await openEngine(to, noDatabase())
  const files = (schema: SchemaFiles) => schema.map(([path, content]) => ({ path, content }))
  const { stdout } = await engine.diff({
    from: from ? { tag: 'schemaDatamodel', files: files(from) } : { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: files(to) },
    script: true,
    exitCode: null,
    filters,
  })
  return stdout ?? ''
}

/** Brings the database at `url` up to the last migration; gives the names of those it applied (none: it was up to date). */
export async function applyMigrations(url: string, migrations: Migration[]): Promise<string[]> {
  const database = databaseAt(url)
  try {
    const engine = await openEngine(readSchema(), database)
    const { appliedMigrationNames } = await engine.applyMigrations({
      filters,
      migrationsList: {
        baseDir: 'prisma/migrations',
        shadowDbInitScript: '',
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
    })
    return appliedMigrationNames
  } finally {
    await database.close()
  }
}
