import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { plainEnvironment, programOf, projectNode } from './environment.mjs'
import { checkout } from './state.mjs'

/** Numbers and words of everything that was run. */
export class Tally {
  passed = 0
  failed = 0
  skipped = 0
  failures = []
  skips = []

  add({ passed = 0, failures = [], skips = [] }) {
    this.passed += passed
    this.failed += failures.length
    this.skipped += skips.length
    this.failures.push(...failures)
    this.skips.push(...skips)
  }
}

const children = new Set()

/** Ends what stages have under way. */
export function stopStages() {
  for (const child of children) process.kill(-child.pid, 'SIGTERM')
}

/** A stage that takes longer than this hangs. */
const LONGEST_STAGE = 12 * 60_000

/** Runs one of the checkout's programs and gives its exit code and all it said. */
function call(program, args, extra = {}) {
  return new Promise((resolve) => {
    const env = plainEnvironment({ NODE_ENV: 'test', CI: '1', NO_COLOR: '1', ...extra })
    delete env.FORCE_COLOR
    const options = { cwd: checkout, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }
    const child = spawn(projectNode, [programOf(program), ...args], options)
    children.add(child)
    let said = ''
    const timer = setTimeout(() => {
      said += `\nended: it took more than ${LONGEST_STAGE / 60_000} minutes`
      process.kill(-child.pid, 'SIGKILL')
    }, LONGEST_STAGE)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
    child.once('close', (code) => {
      clearTimeout(timer)
      children.delete(child)
      resolve({ code, said })
    })
  })
}

/** Runs a stage, prints its line with its seconds and, when something failed, what it said. */
export async function stage(tally, name, work) {
  const begun = performance.now()
  const result = await work()
  tally.add(result)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  const { passed = 0, failures = [], skips = [] } = result
  const numbers = [
    `${passed} passed`,
    failures.length > 0 && `${failures.length} FAILED`,
    skips.length > 0 && `${skips.length} skipped`,
  ]
  console.log(`  ${name.padEnd(34)} ${seconds.padStart(6)} s  ${numbers.filter(Boolean).join(', ')}`)
  if (failures.length > 0 && result.said) console.log(result.said.trimEnd().replace(/^/gm, '      '))
}

/** A check that passes or fails as a whole; it counts as one test. */
export async function check(name, program, args) {
  const { code, said } = await call(program, args)
  return code === 0 ? { passed: 1 } : { failures: [name], said }
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

/** The tests of one of vitest's projects. */
export async function vitest(project, folder) {
  const file = join(folder, `${project}.json`)
  rmSync(file, { force: true })
  const args = [
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const { code, said } = await call('vitest', args)
  const report = readJson(file)
  const tests = (report?.testResults ?? []).flatMap(({ assertionResults }) => assertionResults)
  const named = (...states) =>
    tests.filter(({ status }) => states.includes(status)).map(({ fullName }) => `${project}: ${fullName.trim()}`)
  const failures = named('failed')
  // A file that cannot even be loaded has no tests to fail.
  const broken = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  failures.push(...broken.map(({ name }) => `${project}: ${name.replace(`${checkout}/`, '')} does not load`))
  if (code !== 0 && failures.length === 0) failures.push(`${project}: vitest ended with ${code}`)
  // A skipped group says in its own name why; its many tests need not.
  const skipped = tests.filter(({ status }) => ['pending', 'skipped', 'todo', 'disabled'].includes(status))
  const skips = skipped.map(({ ancestorTitles, fullName }) => `${project}: ${ancestorTitles[0] ?? fullName.trim()}`)
  return { passed: named('passed').length, failures, skips, said }
}

/** How many tests a vitest project has, without running them. */
export async function countTests(project) {
  const { code, said } = await call('vitest', ['list', '--project', project, '--json'])
  if (code !== 0) throw new Error(`The tests of ${project} cannot be listed: ${said}`)
  return JSON.parse(said.slice(said.indexOf('['))).length
}

/** All specs below a suite of Playwright's report, with the names of the suites around them. */
function* specsOf(suite, path = []) {
  for (const spec of suite.specs ?? []) yield { title: [...path, spec.title].join(' › '), tests: spec.tests }
  for (const inner of suite.suites ?? []) yield* specsOf(inner, [...path, inner.title])
}

/** The browser tests; `settings` tell them where the panel is. */
export async function playwright(folder, settings) {
  const file = join(folder, 'browser.json')
  rmSync(file, { force: true })
  const { code, said } = await call('playwright', ['test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    ...settings,
  })
  const report = readJson(file)
  const result = { passed: 0, failures: [], skips: [], said }
  for (const { title, tests } of (report?.suites ?? []).flatMap((suite) => [...specsOf(suite, [suite.title])])) {
    for (const { status, annotations } of tests) {
      const why = annotations?.find(({ type }) => type === 'skip' || type === 'fixme')?.description
      if (status === 'expected') result.passed += 1
      else if (status === 'skipped') result.skips.push(`browser: ${title}${why ? ` (${why})` : ''}`)
      else result.failures.push(`browser: ${title}`)
    }
  }
  if (code !== 0 && result.failures.length === 0) result.failures.push(`browser: playwright ended with ${code}`)
  return result
}
