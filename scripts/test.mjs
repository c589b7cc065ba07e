/**
 * npm test: sets up what the tests need and runs all of them: format, lint, types, unused code, import rules, unit,
 * service, real daemons, build, browser. Everything happens on data of its own and, as root, in a network namespace of its
 * own, so it can run beside `npm start` and twice in a row. Without root the real daemons' tests count as skipped.
 *
 *   --no-apt      install no Debian packages
 *
 * Plain JavaScript: it runs before any package is installed. The last line is `N passed, N failed, N skipped`.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  BROWSER_PACKAGES,
  DAEMON_TEST_PACKAGES,
  installDebianPackages,
  isDebian,
  MAIL_PACKAGES,
  missingPackages,
  SUITE_PACKAGES,
} from './lib/debian.mjs'
import { buildPanel } from './lib/build.mjs'
import { Installation } from './lib/installation.mjs'
import { takeLock } from './lib/lock.mjs'
import { furnishNamespace, isInside, namespaceTrouble, rerunInside } from './lib/namespace.mjs'
import { generateClient, generateRouteTypes, installPackages } from './lib/packages.mjs'
import { runningPostgres, stopPostgres } from './lib/postgres.mjs'
import { stopRuns } from './lib/run.mjs'
import { plainWords, step } from './lib/say.mjs'
import { check, countTests, playwright, stage, stopStages, Tally, vitest } from './lib/stages.mjs'
import { checkout, isRoot, prepareState, stateFolder } from './lib/state.mjs'

const CHROMIUM = '/usr/bin/chromium'
const DIST = '.next-test'
const PORT = 3000
const mayInstall = !process.argv.includes('--no-apt')

// The tests never touch what a start uses, whatever the shell says.
for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_|POSTHOUSE_(?!IN_NAMESPACE)|PORT$)/.test(name)) delete process.env[name]
}
const state = `${stateFolder()}-test`
process.env.POSTHOUSE_DATA = state

/** What is missing for the tests over real daemons, in words; null when nothing is. */
function daemonTrouble() {
  if (!isRoot) return 'the real daemons need root'
  if (!isInside) return `the real daemons need a network of their own: ${namespaceTrouble()}`
  const missing = missingPackages([...MAIL_PACKAGES, ...DAEMON_TEST_PACKAGES])
  return missing.length > 0 ? `Debian packages are missing: ${missing.join(' ')}` : null
}

/** Once, outside of the namespace, where there is a network: packages of npm and Debian. */
async function installAll() {
  const folder = prepareState()
  const logs = join(folder, 'logs')
  await step('npm packages', () => installPackages(logs))
  if (isRoot && isDebian() && mayInstall) {
    const names = [...MAIL_PACKAGES, ...DAEMON_TEST_PACKAGES, ...SUITE_PACKAGES, ...BROWSER_PACKAGES]
    await step('Debian packages', () => installDebianPackages(names, { logs }))
  }
}

/** Ends what an earlier, killed run left behind, and makes an empty state folder. */
async function freshState() {
  await new Installation({ state, dist: DIST, port: PORT }).endLeftovers()
  const server = runningPostgres(state)
  if (server) await stopPostgres(server)
  rmSync(state, { recursive: true, force: true })
  return prepareState()
}

/** What is quick to say no, two at a time: there are two cores. */
async function staticStages(tally) {
  const others = async () => {
    await stage(tally, 'Format', () => check('format', 'prettier', ['--check', '--log-level=warn', '.']))
    await stage(tally, 'Unused code', () => check('unused code', 'knip', ['--no-progress']))
    const folders = ['app', 'agent', 'bench', 'cli', 'companion', 'components', 'e2e', 'lib', 'prisma', 'worker']
    const present = folders.filter((folder) => existsSync(join(checkout, folder)))
    await stage(tally, 'Import rules', () =>
      check('import rules', 'depcruise', ['--config', '.dependency-cruiser.cjs', ...present]),
    )
  }
  await Promise.all([
    stage(tally, 'Types', () => check('types', 'tsc', ['--noEmit', '--incremental', 'false'])),
    others(),
  ])
}

async function daemonStage(tally, results, withoutDaemons) {
  if (withoutDaemons === null) return stage(tally, 'Real daemons', () => vitest('daemons', results))
  const count = await countTests('daemons')
  tally.add({ skips: Array.from({ length: count }, () => `daemons: ${withoutDaemons}`) })
}

/** Gives whether there is a build to test. */
async function buildStage(tally, logs) {
  let isBuilt = false
  await stage(tally, 'Build', async () => {
    try {
      await buildPanel({ state, dist: DIST, logs, database: 'postgresql://127.0.0.1/none' })
      isBuilt = true
      return { passed: 1 }
    } catch (error) {
      return { failures: ['build'], said: plainWords(error) ?? String(error) }
    }
  })
  return isBuilt
}

function hasSpecs() {
  const folder = join(checkout, 'e2e')
  return existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => name.endsWith('.spec.ts'))
}

/** The browser tests against everything that `npm start` would bring up. */
async function browserStage(tally, results, withoutDaemons) {
  if (!hasSpecs()) return
  if (!existsSync(CHROMIUM)) {
    tally.add({ skips: [`browser: all of it (there is no ${CHROMIUM})`] })
    return
  }
  const installation = new Installation({ state, dist: DIST, port: PORT, isThrowaway: true })
  current = installation
  try {
    await installation.startDatabase()
    const link = await installation.startAll({ withMailNodes: withoutDaemons === null })
    const settings = {
      POSTHOUSE_DATA: state,
      POSTHOUSE_URL: installation.url,
      POSTHOUSE_SETUP_LINK: link ?? '',
      POSTHOUSE_E2E_DAEMONS: withoutDaemons === null ? '1' : '',
    }
    await stage(tally, 'Browser', () => playwright(results, settings))
  } finally {
    await installation.stop()
  }
}

async function runStages() {
  const tally = new Tally()
  const folder = await freshState()
  const results = join(folder, 'results')
  const logs = join(folder, 'logs')
  mkdirSync(results)
  if (isInside) furnishNamespace(folder)
  await step('Database client', () => generateClient(logs))
  await step('Route types', () => generateRouteTypes(logs, DIST))
  await staticStages(tally)
  await stage(tally, 'Unit', () => vitest('unit', results))
  const withoutDaemons = daemonTrouble()
  // The daemons' tests wait most of their time, for mail and DNS: what only computes goes beside them.
  const beside = async () => {
    await stage(tally, 'Lint', () => check('lint', 'eslint', ['--max-warnings=0', '.']))
    const isBuilt = await buildStage(tally, logs)
    await stage(tally, 'Services', () => vitest('service', results))
    return isBuilt
  }
  const [isBuilt] = await Promise.all([beside(), daemonStage(tally, results, withoutDaemons)])
  if (isBuilt) await browserStage(tally, results, withoutDaemons)
  else tally.add({ skips: ['browser: all of it (there is no build)'] })
  return tally
}

/** The same reason once, with how often it counts. */
function grouped(lines) {
  const counts = new Map()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return [...counts].map(([line, count]) => `  ${line}${count > 1 ? ` (${count} times)` : ''}`)
}

function report(tally) {
  if (tally.skips.length > 0) console.log(['', 'Skipped:', ...grouped(tally.skips)].join('\n'))
  if (tally.failures.length > 0) console.log(['', 'Failed:', ...grouped(tally.failures)].join('\n'))
  console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
}

let current = null
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

async function main() {
  process.umask(0o022)
  if (isInside) return inside()
  console.log(`Posthouse tests, state in ${state}`)
  mkdirSync(dirname(state), { recursive: true })
  const unlock = takeLock(dirname(state), `${basename(state)}.lock`, 'The tests of this checkout run already')
  process.once('exit', unlock)
  let isOver = false
  const giveUp = () => {
    isOver = true
    void stopRuns().then(() => process.exit(1))
  }
  for (const name of SIGNALS) process.on(name, giveUp)
  await installAll()
  for (const name of SIGNALS) process.off(name, giveUp)
  if (isOver) return 1
  return namespaceTrouble() === null ? rerunInside() : inside()
}

async function inside() {
  for (const name of SIGNALS) {
    process.on(name, () => {
      stopStages()
      void Promise.resolve(current?.stop()).then(() => process.exit(1))
    })
  }
  const begun = performance.now()
  const tally = await runStages()
  console.log(`  ${'All stages'.padEnd(34)} ${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s`)
  report(tally)
  return tally.failed > 0 ? 1 : 0
}

try {
  process.exit(await main())
} catch (error) {
  console.error(plainWords(error) ?? error)
  process.exit(1)
}
