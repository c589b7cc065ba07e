/**
 * npm run bench -- <name> [--json FILE] [--check]: brings up what the benchmark needs, on data of its own, and runs
 * bench/<name>.ts. What it needs may stand in the comment that file begins with: `Needs: nothing`, `Needs: database` (the
 * rule), `Needs: worker` (with the mail nodes) or `Needs: panel` (everything). Without a name: what there is. As root in a network namespace of its own.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { installDebianPackages, isDebian, MAIL_PACKAGES } from './lib/debian.mjs'
import { plainEnvironment, projectNode, typescriptArgs, workerEnvironment } from './lib/environment.mjs'
import { Installation } from './lib/installation.mjs'
import { takeLock } from './lib/lock.mjs'
import { furnishNamespace, isInside, namespaceTrouble, rerunInside } from './lib/namespace.mjs'
import { generateClient, installPackages } from './lib/packages.mjs'
import { runningPostgres, stopPostgres } from './lib/postgres.mjs'
import { plainWords, step, Trouble } from './lib/say.mjs'
import { checkout, isRoot, prepareState, stateFolder } from './lib/state.mjs'

const FOLDER = join(checkout, 'bench')
const DIST = '.next-bench'
const PORT = 3000
const NEEDS = ['nothing', 'database', 'worker', 'panel']

for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_|POSTHOUSE_(?!IN_NAMESPACE)|PORT$)/.test(name)) delete process.env[name]
}
const state = `${stateFolder()}-bench`
process.env.POSTHOUSE_DATA = state
const [name, ...rest] = process.argv.slice(2)

function names() {
  if (!existsSync(FOLDER)) return []
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  return files.filter((file) => needsOf(file) !== null).map((file) => basename(file, '.ts'))
}

/** What a benchmark needs; null for a file that does not begin with a comment on what it measures, which is no benchmark. */
function needsOf(file) {
  const text = readFileSync(join(FOLDER, file), 'utf8')
  if (!text.startsWith('/**')) return null
  const needs = /Needs: (\w+)/.exec(text)?.[1]
  return NEEDS.includes(needs) ? needs : 'database'
}

function overview() {
  console.log('npm run bench -- <name> [--json FILE] [--check]\n')
  for (const known of names()) console.log(`  ${known}`)
}

/** Starts what is needed and gives the settings of the benchmark's process. */
async function provide(needs, installation) {
  if (needs === 'nothing') return plainEnvironment({ POSTHOUSE_DATA: state })
  await installation.startDatabase()
  if (needs === 'worker') await installation.startMailNodes()
  if (needs === 'panel') {
    await installation.build()
    await installation.startAll({ withMailNodes: true })
  }
  return workerEnvironment(state, installation.database)
}

function measure(env) {
  const child = spawn(projectNode, [...typescriptArgs, join('bench', `${name}.ts`), ...rest], {
    cwd: checkout,
    env,
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

async function inside(needs) {
  // As it is in use, not as in tests: what is written is flushed to the disk.
  const installation = new Installation({ state, dist: DIST, port: PORT })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => void installation.stop().then(() => process.exit(1)))
  }
  await installation.endLeftovers()
  const server = runningPostgres(state)
  if (server) await stopPostgres(server)
  rmSync(state, { recursive: true, force: true })
  prepareState()
  if (isInside) furnishNamespace(state)
  try {
    return await measure(await provide(needs, installation))
  } finally {
    await installation.stop()
    rmSync(state, { recursive: true, force: true })
  }
}

async function main() {
  process.umask(0o022)
  if (!name || name.startsWith('-')) {
    overview()
    return name ? 2 : 0
  }
  if (!names().includes(name)) throw new Trouble(`There is no benchmark ${name}; there are: ${names().join(', ')}.`)
  const needs = needsOf(`${name}.ts`)
  if (['worker', 'panel'].includes(needs) && !isRoot)
    throw new Trouble(`${name} measures real mail daemons: it needs root.`)
  if (isInside) return inside(needs)
  mkdirSync(dirname(state), { recursive: true })
  const unlock = takeLock(dirname(state), `${basename(state)}.lock`, 'A benchmark of this checkout runs already')
  process.once('exit', unlock)
  const logs = join(prepareState(), 'logs')
  await step('npm packages', () => installPackages(logs))
  if (isRoot && isDebian()) await step('Debian packages', () => installDebianPackages(MAIL_PACKAGES, { logs }))
  await step('Database client', () => generateClient(logs))
  return namespaceTrouble() === null ? rerunInside() : inside(needs)
}

try {
  process.exit(await main())
} catch (error) {
  console.error(plainWords(error) ?? error)
  process.exit(1)
}
