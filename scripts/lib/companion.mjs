import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { plainEnvironment, projectNode, typescriptArgs } from './environment.mjs'
import { startChild } from './processes.mjs'
import { complaint, Trouble } from './say.mjs'
import { checkout } from './state.mjs'

const LONGEST_START = 60_000

/** The one line of JSON by which the companion says that all its servers answer. */
function firstLine({ child, log, logOffset }) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Trouble(`The mail nodes do not answer within a minute (${log}).`))
    }, LONGEST_START)
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer)
      resolve(line)
    })
    child.once('exit', () => {
      clearTimeout(timer)
      reject(
        new Trouble(
          `The mail nodes do not start: ${complaint(readFileSync(log).subarray(logOffset).toString('utf8'))} (${log})`,
        ),
      )
    })
  })
}

/**
 * Starts the mail nodes, the lab's DNS and the probes on loopback. Gives the process at once, so that it can be stopped at
 * any time, and a promise of its report, which is also kept in `<state>/run/companion.json` for the command line.
 */
export function startCompanion(state) {
  const entry = startChild({
    name: 'companion',
    runFolder: join(state, 'run', 'start'),
    log: join(state, 'logs', 'companion.log'),
    command: projectNode,
    args: [...typescriptArgs, 'companion/native/main.ts', '--state', state],
    env: plainEnvironment(),
    cwd: checkout,
    pipe: true,
  })
  const ready = firstLine(entry).then((line) => {
    const file = join(state, 'run', 'companion.json')
    writeFileSync(file, line, { mode: 0o600 })
    return { ...JSON.parse(line), file }
  })
  ready.catch(() => undefined)
  return { entry, ready }
}
