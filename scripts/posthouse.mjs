/**
 * The posthouse command: finds the installation this checkout belongs to and hands over to cli/entry.ts under the checkout's
 * own Node. Plain JavaScript, since it may be started by an older one.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { commandEnvironment, projectNode, typescriptArgs } from './lib/environment.mjs'
import { takeLock } from './lib/lock.mjs'
import { runningPostgres, startPostgres, stopPostgres } from './lib/postgres.mjs'
import { plainWords } from './lib/say.mjs'
import { readSecrets } from './lib/secrets.mjs'
import { checkout, prepareState, stateFolder } from './lib/state.mjs'

/** These work on the whole of the data, also while nothing runs: the embedded database is then started for as long as they need. */
const NEED_DATABASE = new Set(['backup', 'restore'])

/** Starts the embedded database where the command needs it and it does not run; gives what ends it again. */
async function lendDatabase(words) {
  const isNeeded = NEED_DATABASE.has(words[0]) && words.length > 1 && !process.env.DATABASE_URL
  if (!isNeeded || runningPostgres(stateFolder())) return async () => undefined
  const state = prepareState()
  const unlock = takeLock(join(state, 'run'), 'start.lock', `Posthouse is starting or stopping in ${state}`)
  process.once('exit', unlock)
  const server = await startPostgres({ state, password: readSecrets(state).databasePassword })
  return () => stopPostgres(server)
}

/** Runs the command and gives its exit code. */
function handOver(words) {
  // tsx is found from the checkout; file names in arguments stay relative to where we were called.
  const tsx = join(checkout, 'node_modules', 'tsx', 'dist', 'loader.mjs')
  const args = typescriptArgs.map((argument) => (argument === 'tsx' ? tsx : argument))
  const env = { ...commandEnvironment(stateFolder()), TSX_TSCONFIG_PATH: join(checkout, 'tsconfig.json') }
  // Prisma asks its database driver in a way that the driver will give up: no matter of whoever types a command.
  const program = ['--disable-warning=DeprecationWarning', join(checkout, 'cli', 'entry.ts')]
  const child = spawn(projectNode, [...args, ...program, ...words], { env, stdio: 'inherit' })
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
  })
}

async function main(words) {
  process.umask(0o022)
  if (!existsSync(projectNode)) {
    console.error('The packages are not installed yet: run npm start, or npm install, first.')
    return 1
  }
  const giveBack = await lendDatabase(words)
  try {
    return await handOver(words)
  } finally {
    await giveBack()
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(plainWords(error) ?? error)
  process.exitCode = 1
}
