import { readFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { panelEnvironment, programOf, projectNode, typescriptArgs, workerEnvironment } from './environment.mjs'
import { isAlive, startChild } from './processes.mjs'
import { complaint, Trouble } from './say.mjs'
import { checkout } from './state.mjs'

/** A hang, even on a slow machine. */
const LONGEST_START = 120_000

/** Throws Trouble when something listens on the panel's port already. */
export async function requireFreePort(host, port) {
  const failure = await new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
  if (failure?.code === 'EADDRINUSE')
    throw new Trouble(`Port ${port} is taken by another program: set PORT to a free one.`)
  if (failure)
    throw new Trouble(`The panel cannot listen on ${host}, port ${port}: ${failure.code ?? failure.message}.`)
}

function child(state, name, args, env) {
  return startChild({
    name,
    runFolder: join(state, 'run', 'start'),
    log: join(state, 'logs', `${name}.log`),
    command: projectNode,
    args,
    env,
    cwd: checkout,
  })
}

/** Starts the worker. */
export function startWorker({ state, database }) {
  return child(state, 'worker', [...typescriptArgs, 'worker/main.ts'], workerEnvironment(state, database))
}

/** Waits until the worker says that it is ready; Trouble with its last words when it ends or does not within two minutes. */
export async function waitForWorker(entry) {
  const until = Date.now() + LONGEST_START
  const said = () => readFileSync(entry.log).subarray(entry.logOffset).toString('utf8')
  while (!/^ready$/m.test(said())) {
    if (!isAlive(entry) || Date.now() > until)
      throw new Trouble(`The worker does not start: ${complaint(said())} (${entry.log})`)
    await sleep(50)
  }
}

/** Starts the panel from a finished build. It has no worker secret. */
export function startPanel({ state, database, dist, host, port }) {
  const args = [programOf('next'), 'start', '--hostname', host, '--port', String(port)]
  return child(state, 'panel', args, panelEnvironment(state, database, { POSTHOUSE_DIST_DIR: dist }))
}

function answers(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 })
    const end = (isUp) => {
      socket.destroy()
      resolve(isUp)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

/** Waits until the panel takes connections; Trouble with its last words when it ends or does not within two minutes. */
export async function waitForPanel(entry, host, port) {
  const until = Date.now() + LONGEST_START
  while (!(await answers(host, port))) {
    if (!isAlive(entry) || Date.now() > until)
      throw new Trouble(
        `The panel does not start: ${complaint(readFileSync(entry.log).subarray(entry.logOffset).toString('utf8'))} (${entry.log})`,
      )
    await sleep(50)
  }
}
