import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { databaseUrl, runningPostgres } from './postgres.mjs'
import { readSecrets, workerPublicKey } from './secrets.mjs'
import { checkout } from './state.mjs'

/** The Node that the checkout brings; this script itself may run under an older one. */
export const projectNode = join(checkout, 'node_modules', '.bin', 'node')
export const programOf = (name) => join(checkout, 'node_modules', '.bin', name)
/** How our TypeScript is run: `server-only` is empty under this condition. */
export const typescriptArgs = ['--import', 'tsx', '--conditions=react-server']

/** The environment of this process without what belongs to npm, with the checkout's own programs first on the path. */
export function plainEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$|^NODE_ENV$/.test(name))
  return {
    ...Object.fromEntries(kept),
    PATH: [join(checkout, 'node_modules', '.bin'), process.env.PATH ?? '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(
      delimiter,
    ),
    NEXT_TELEMETRY_DISABLED: '1',
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    ...extra,
  }
}

/** Settings that panel, worker and command line share. `database` is the address of the database. */
function shared(state, database) {
  const port = process.env.PORT || '3000'
  return {
    NODE_ENV: 'production',
    PORT: port,
    POSTHOUSE_DATA: state,
    POSTHOUSE_URL: process.env.POSTHOUSE_URL || `http://127.0.0.1:${port}`,
    DATABASE_URL: database,
    DATABASE_DIRECT_URL: process.env.DATABASE_DIRECT_URL || database,
  }
}

/** Where the lab is up, names are asked of its resolver: nothing of it exists elsewhere. */
function resolvers(state) {
  const file = join(state, 'run', 'companion.json')
  if (process.env.POSTHOUSE_RESOLVERS !== undefined || !existsSync(file)) return {}
  return { POSTHOUSE_RESOLVERS: JSON.parse(readFileSync(file, 'utf8')).lab.resolver }
}

/** The worker's environment, which is also the command line's: both may open what is sealed to the worker. */
export function workerEnvironment(state, database, extra = {}) {
  const { POSTHOUSE_SECRET, POSTHOUSE_WORKER_SECRET } = readSecrets(state)
  return plainEnvironment({
    POSTHOUSE_SECRET,
    POSTHOUSE_WORKER_SECRET,
    ...(process.env.POSTHOUSE_SECRET ? { POSTHOUSE_SECRET: process.env.POSTHOUSE_SECRET } : {}),
    ...(process.env.POSTHOUSE_WORKER_SECRET ? { POSTHOUSE_WORKER_SECRET: process.env.POSTHOUSE_WORKER_SECRET } : {}),
    ...shared(state, database),
    ...resolvers(state),
    ...extra,
  })
}

/** The panel's environment: the worker's without its secret, with the public half instead. */
export function panelEnvironment(state, database, extra = {}) {
  const { POSTHOUSE_WORKER_SECRET, ...rest } = workerEnvironment(state, database, extra)
  return { ...rest, POSTHOUSE_WORKER_PUBLIC_KEY: workerPublicKey(POSTHOUSE_WORKER_SECRET) }
}

/**
 * What the command line needs to work on this installation: the given DATABASE_URL or the running embedded database's
 * address. Where neither is there the settings are left as they are: some commands need no database.
 */
export function commandEnvironment(state) {
  if (!existsSync(join(state, 'secrets.json'))) return plainEnvironment()
  const server = runningPostgres(state)
  const own = server ? databaseUrl(readSecrets(state).databasePassword, server.port) : undefined
  const database = process.env.DATABASE_URL || own
  return database ? workerEnvironment(state, database) : plainEnvironment({ POSTHOUSE_DATA: state })
}
