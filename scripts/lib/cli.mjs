import { execFile } from 'node:child_process'
import { projectNode, typescriptArgs, workerEnvironment } from './environment.mjs'
import { complaint, Trouble } from './say.mjs'
import { checkout } from './state.mjs'

/**
 * Runs a command of the posthouse command line on this installation and gives what it printed. Throws Trouble with its words
 * when it does not end well, unless `expected` knows the words: then null.
 */
export function posthouse(args, { state, database, expected }) {
  return new Promise((resolve, reject) => {
    const options = { cwd: checkout, env: workerEnvironment(state, database), timeout: 60_000 }
    execFile(projectNode, [...typescriptArgs, 'cli/entry.ts', ...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout.trim())
      if (expected?.test(stderr)) return resolve(null)
      reject(new Trouble(`posthouse ${args.slice(0, 2).join(' ')}: ${complaint(stderr || stdout || error.message)}`))
    })
  })
}
