import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseUrl, startPostgres, stopPostgres } from '../scripts/lib/postgres.mjs'
import { checkout } from '../scripts/lib/state.mjs'

const PASSWORD = 'test'
const KEY = Symbol.for('posthouse.test-database')

/** Starts a Postgres of its own in a temporary folder and migrates one template database in it. */
async function open() {
  const state = mkdtempSync(join(tmpdir(), 'posthouse-test-'))
  chmodSync(state, 0o755)
  for (const part of ['run', 'logs']) mkdirSync(join(state, part))
  const server = await startPostgres({ state, password: PASSWORD, isThrowaway: true })
  const close = async () => {
    await stopPostgres(server)
    rmSync(state, { recursive: true, force: true })
  }
  try {
    const node = join(checkout, 'node_modules', '.bin', 'node')
    const env = { ...process.env, DATABASE_URL: server.url, DATABASE_DIRECT_URL: server.url }
    execFileSync(node, ['--import', 'tsx', 'prisma/migrate.ts', 'deploy'], { cwd: checkout, env, stdio: 'pipe' })
  } catch (error) {
    await close()
    throw new Error(`The template database cannot be migrated: ${error.stderr?.toString() ?? error}`)
  }
  return { close, port: server.port, users: 0 }
}

/** Vitest's global set-up of each project that needs a database; the projects of one run share one server. */
export default async function setup(project) {
  globalThis[KEY] ??= open()
  const database = await globalThis[KEY]
  database.users += 1
  project.provide('templateDatabaseUrl', databaseUrl(PASSWORD, database.port))
  project.provide('maintenanceDatabaseUrl', databaseUrl(PASSWORD, database.port, 'postgres'))
  return async () => {
    database.users -= 1
    if (database.users > 0) return
    globalThis[KEY] = undefined
    await database.close()
  }
}
