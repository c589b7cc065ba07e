import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { panelEnvironment, programOf, projectNode } from './environment.mjs'
import { hashOfFiles } from './hash.mjs'
import { run } from './run.mjs'
import { checkout, numberFrom } from './state.mjs'

const INPUTS = [
  'app',
  'components',
  'lib',
  'messages',
  'public',
  'prisma/schema',
  'proxy.ts',
  'instrumentation.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

/**
 * Folder of the build that belongs to a state folder, relative to the checkout: each has its own, so that a test's build
 * never touches what a running panel serves.
 */
export function distFolder(state) {
  return `.next-${numberFrom(state, 2 ** 32).toString(16)}`
}

function inputsHash() {
  return hashOfFiles(INPUTS, (file) => !file.startsWith('lib/db/generated/') && !/\.test\.tsx?$/.test(file))
}

/** Builds the panel when what it is made of has changed since the last finished build. Gives a note for the progress line. */
export async function buildPanel({ state, dist, database, logs }) {
  const stamp = join(checkout, dist, 'posthouse-built-from')
  const hash = inputsHash()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'up to date'
  rmSync(stamp, { force: true })
  await run(projectNode, [programOf('next'), 'build'], {
    cwd: checkout,
    env: panelEnvironment(state, database, { POSTHOUSE_DIST_DIR: dist }),
    log: join(logs, 'build.log'),
    failure: 'The panel cannot be built',
  })
  writeFileSync(stamp, hash)
  return 'built'
}
