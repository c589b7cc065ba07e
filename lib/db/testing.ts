import pg from 'pg'
import { beforeEach } from 'vitest'
import { db, type Db } from '@/lib/db/client'

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated, empty database that each worker's own is copied from. */
    templateDatabaseUrl: string
    /** A database of the same server from which others are made. */
    maintenanceDatabaseUrl: string
  }
}

const TEMPLATE = 'posthouse'

async function onServer(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, name: string): string {
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}

/** Makes (anew) the database `name` as a copy of the migrated template and gives its address. */
export async function copyTemplate(maintenanceUrl: string, name: string): Promise<string> {
  await onServer(maintenanceUrl, [
    `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`,
    `CREATE DATABASE "${name}" TEMPLATE "${TEMPLATE}" STRATEGY FILE_COPY`,
  ])
  return withDatabase(maintenanceUrl, name)
}

/** Makes (anew) the database `name` without any table and gives its address. */
export async function createBlankDatabase(maintenanceUrl: string, name: string): Promise<string> {
  await onServer(maintenanceUrl, [`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`, `CREATE DATABASE "${name}"`])
  return withDatabase(maintenanceUrl, name)
}

/**
 * Empties every table of the database except the list of applied migrations. Tests leave few rows in few tables: to delete
 * those takes a hundredth of what TRUNCATE of everything does. References are not looked at meanwhile.
 */
export async function emptyTables(client: Db): Promise<void> {
  await client.$executeRaw`
    DO $$
    DECLARE
      name text;
      is_filled boolean;
    BEGIN
      SET LOCAL session_replication_role = replica;
      FOR name IN SELECT quote_ident(tablename) FROM pg_tables
                   WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO is_filled;
        IF is_filled THEN EXECUTE format('DELETE FROM %s', name); END IF;
      END LOOP;
      FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences
                   WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %s RESTART', name);
      END LOOP;
    END $$`
}

/**
 * The database of this test's worker, the same client that services get from `db()`. Call it at the top of a file or a
 * `describe`: from there on every test begins with empty tables. Only in `*.db.test.ts` and `*.daemon.test.ts`.
 */
export function testDb(): Db {
  const client = db()
  beforeEach(() => emptyTables(client))
  return client
}
