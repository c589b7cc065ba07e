import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { plainEnvironment, programOf, projectNode } from './environment.mjs'
import { run } from './run.mjs'
import { Trouble } from './say.mjs'
import { checkout } from './state.mjs'
import { hashOfFiles } from './hash.mjs'

const MAJOR = 24
const installed = join(checkout, 'node_modules', '.posthouse-installed')
const lockfile = join(checkout, 'package-lock.json')

function wanted() {
  const hash = createHash('sha256')
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(checkout, name)))
  return hash.digest('hex')
}

function projectNodeVersion() {
  if (!existsSync(projectNode)) return null
  const { stdout } = spawnSync(projectNode, ['-v'], { encoding: 'utf8' })
  return /^v(\d+)\./.exec(stdout ?? '')?.[1] ?? null
}

function isInstalled(hash) {
  return existsSync(installed) && readFileSync(installed, 'utf8') === hash && projectNodeVersion() === String(MAJOR)
}

/**
 * `npm install` when node_modules does not belong to package.json and the lockfile as they stand. The lockfile has to come
 * out as it went in, or this machine would run other versions than everybody else. Gives a note for the progress line.
 */
export async function installPackages(logs) {
  const hash = wanted()
  if (isInstalled(hash)) return 'up to date'
  const before = readFileSync(lockfile, 'utf8')
  mkdirSync(join(checkout, 'node_modules'), { recursive: true })
  await run('npm', ['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: checkout,
    env: { ...process.env, NODE_ENV: 'development' },
    log: join(logs, 'npm.log'),
    failure: 'npm install failed',
  })
  const after = readFileSync(lockfile, 'utf8')
  if (after !== before) writeFileSync(lockfile, before)
  // npm sorts by name; another order of the same is no other version.
  if (!isDeepStrictEqual(JSON.parse(after), JSON.parse(before))) {
    throw new Trouble('npm install wanted to change package-lock.json: it does not fit package.json on this machine.')
  }
  if (projectNodeVersion() !== String(MAJOR)) {
    throw new Trouble(
      `The npm package "node" did not bring Node ${MAJOR}: its install script did not run (is ignore-scripts set in an .npmrc?).`,
    )
  }
  writeFileSync(installed, hash)
  return 'installed'
}

/** Makes the database client from prisma/schema when it is older than that. Gives a note for the progress line. */
export async function generateClient(logs) {
  const stamp = join(checkout, 'lib', 'db', 'generated', '.made-from')
  const hash = `${hashOfFiles(['prisma/schema', 'prisma.config.ts'])} ${wanted()}`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'up to date'
  await run(projectNode, [programOf('prisma'), 'generate'], {
    cwd: checkout,
    env: plainEnvironment(),
    log: join(logs, 'prisma.log'),
    failure: 'The database client cannot be made',
  })
  writeFileSync(stamp, hash)
  return 'made'
}

/** Writes next-env.d.ts and the types of the routes, which the type check and the linter read. */
export async function generateRouteTypes(logs, dist) {
  await run(projectNode, [programOf('next'), 'typegen'], {
    cwd: checkout,
    env: plainEnvironment({ POSTHOUSE_DIST_DIR: dist }),
    log: join(logs, 'typegen.log'),
    failure: 'The types of the routes cannot be made',
  })
}
