import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { complaint, Trouble } from './say.mjs'

const running = new Set()

/**
 * Runs a program to its end with its output in a log. Throws Trouble with `failure` and the program's last words when it
 * does not end well. It gets a process group of its own: a Ctrl-C at the terminal reaches it only through {@link stopRuns}.
 * `mayBeCut` false: it is waited for even then (a package manager in the middle of its work).
 */
export function run(command, args, { log, failure, env, cwd, mayBeCut = true }) {
  const offset = existsSync(log) ? statSync(log).size : 0
  const out = openSync(log, 'a')
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', out, out] })
    const entry = { child, mayBeCut, ended: new Promise((ended) => child.once('close', ended)) }
    running.add(entry)
    child.once('error', (error) => {
      running.delete(entry)
      reject(new Trouble(`${failure}: ${error.message}`))
    })
    child.once('close', (code) => {
      running.delete(entry)
      if (code === 0) resolve()
      else reject(new Trouble(`${failure}: ${complaint(readFileSync(log).subarray(offset).toString('utf8'))} (${log})`))
    })
  }).finally(() => closeSync(out))
}

/** Ends what {@link run} has under way, or waits for it. */
export async function stopRuns() {
  for (const { child, mayBeCut } of running) {
    if (mayBeCut) process.kill(-child.pid, 'SIGTERM')
    else console.log(`Waiting for ${child.spawnfile}, which must not be cut …`)
  }
  await Promise.all([...running].map(({ ended }) => ended))
}
