/**
 * Migrations by Prisma's schema engine compiled to WebAssembly, so that no engine is ever downloaded. Run by
 * `node --import tsx prisma/migrate.ts <command>`:
 *
 *   deploy        apply what is missing to DATABASE_DIRECT_URL, or else DATABASE_URL (the default)
 *   new <name>    write the next migration: the difference between the snapshot and prisma/schema
 *   initial       write the first migration anew from prisma/schema and prisma/extra.sql; only while it is the only one
 *   check         exit 1 when prisma/schema has changes that no migration holds
 *
 * `prisma/migrations` has the layout of Prisma's own tool, so `prisma migrate deploy` works for whoever has the native
 * engine. `schema.snapshot.prisma` beside the migrations is the schema as of the last one. What the schema language
 * cannot say goes by hand both into the migration's SQL and into `prisma/extra.sql` (its sum); a test compares the two.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import {
  applyMigrations,
  diffSql,
  migrationsFolder,
  readExtraSql,
  readMigrations,
  readSchema,
  snapshotPath,
  snapshotText,
} from './engine'

const INITIAL = '20261122000000_initial'
/** Any number will do, as long as every migrating process asks for the same one. */
const MIGRATION_LOCK = 7_076_403

/**
 * Applies the missing migrations to the database at `url` while holding a lock, so that several starting processes wait
 * for each other. Gives the names it applied. Throws what the database says.
 */
export async function migrate(url: string): Promise<string[]> {
  const holder = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await holder.connect()
  try {
    await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    return await applyMigrations(url, readMigrations())
  } finally {
    await holder.end()
  }
}

function writeMigration(name: string, sql: string): void {
  mkdirSync(join(migrationsFolder, name), { recursive: true })
  writeFileSync(join(migrationsFolder, name, 'migration.sql'), sql)
  writeFileSync(join(migrationsFolder, 'migration_lock.toml'), 'provider = "postgresql"\n')
  writeFileSync(snapshotPath, snapshotText(readSchema()))
}

async function writeInitial(): Promise<string> {
  const others = readMigrations().filter(({ name }) => name !== INITIAL)
  if (others.length > 0) throw new Error(`there are later migrations (${others[0]?.name ?? ''}): use "new <name>"`)
  rmSync(join(migrationsFolder, INITIAL), { recursive: true, force: true })
  writeMigration(INITIAL, `${await diffSql(null, readSchema())}\n${readExtraSql()}`)
  return `wrote ${INITIAL}`
}

async function writeNext(label: string | undefined): Promise<string> {
  if (!label || !/^[a-z][a-z0-9_]*$/.test(label)) throw new Error('a migration needs a name of a-z, 0-9 and _')
  const sql = await diffSql([['snapshot.prisma', readFileSync(snapshotPath, 'utf8')]], readSchema())
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  writeMigration(`${stamp}_${label}`, sql)
  return `wrote ${stamp}_${label}; read it before you commit it`
}

function check(): string {
  if (readFileSync(snapshotPath, 'utf8') === snapshotText(readSchema())) return 'the migrations hold the whole schema'
  throw new Error('prisma/schema has changes that no migration holds: run "new <name>"')
}

async function deploy(): Promise<string> {
  const url = process.env.DATABASE_DIRECT_URL ?? process.env.DATABASE_URL
  if (!url) throw new Error('DATABASE_URL is not set')
  const applied = await migrate(url)
  return applied.length === 0 ? 'nothing to apply' : `applied ${applied.join(', ')}`
}

async function main([command = 'deploy', label]: string[]): Promise<string> {
  if (command === 'deploy') return deploy()
  if (command === 'new') return writeNext(label)
  if (command === 'initial') return writeInitial()
  if (command === 'check') return check()
  throw new Error(`unknown command ${command}: deploy, new <name>, initial or check`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  let code = 0
  try {
    console.log(await main(process.argv.slice(2)))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    code = 1
  }
  // The engine leaves the timer of its lock running for ten seconds after the work is done.
  process.exit(code)
}
