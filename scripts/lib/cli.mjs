import { execFile } from 'node:child_process'
import { projectNode, typescriptArgs, workerEnvironment } from './environment.mjs'
import { lastWords, Trouble } from './say.mjs'
import { checkout } from './state.mjs'

/** Runs a command of the posthouse command line on this installation and gives what it printed. Throws Trouble with its words. */
export function posthouse(args, { state, database }) {
  return new Promise((resolve, reject) => {
    const options = { cwd: checkout, env: workerEnvironment(state, database), timeout: 60_000 }
    execFile(projectNode, [...typescriptArgs, 'cli/run.ts', ...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout.trim())
      reject(new Trouble(`posthouse ${args.slice(0, 2).join(' ')}: ${lastWords(stderr || stdout || error.message)}`))
    })
  })
}
