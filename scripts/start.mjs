/**
 * npm start: brings up everything on this machine and keeps it up until Ctrl-C. Plain JavaScript without any package,
 * since it runs before they are installed and under whatever Node there is (20 or later).
 *
 *   --no-apt      install no Debian packages; where they are missing only the panel starts
 *
 * Settings from the environment: PORT (3000), POSTHOUSE_URL (where browsers find the panel), POSTHOUSE_DATA (folder of all
 * state), DATABASE_URL (a Postgres of one's own).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { distFolder } from './lib/build.mjs'
import { installDebianPackages, isDebian, MAIL_PACKAGES, missingPackages } from './lib/debian.mjs'
import { Installation, requirePanelPort } from './lib/installation.mjs'
import { takeLock } from './lib/lock.mjs'
import { foreignMailServer } from './lib/mail-server.mjs'
import { generateClient, installPackages } from './lib/packages.mjs'
import { complaint, plainWords, step, Trouble } from './lib/say.mjs'
import { isRoot, prepareState } from './lib/state.mjs'

const options = new Set(process.argv.slice(2))
/** A worker or panel that ends is started again, but not for ever. */
const RESTARTS = 3
const RESTARTS_WITHIN = 60_000

/** Why the mail nodes cannot run here, in words; null when they can. Installs their packages where it may. */
async function prepareMailNodes(logs) {
  if (!isRoot) {
    const docker = existsSync('/usr/bin/docker') || existsSync('/usr/local/bin/docker')
    return `they need root, because each daemon runs under an account of its own${docker ? '. With Docker: docker compose up -d, after the steps before it in README.md' : ''}`
  }
  if (!isDebian()) return 'their packages are known for Debian and Ubuntu only'
  const missing = missingPackages(MAIL_PACKAGES)
  if (missing.length > 0 && options.has('--no-apt')) return `these Debian packages are missing: ${missing.join(' ')}`
  const foreign = foreignMailServer({ isInstalling: missing.includes('postfix') })
  if (foreign) return `${foreign}, and Posthouse installs and starts none beside it`
  await step('Debian packages', () => installDebianPackages(MAIL_PACKAGES, { logs }))
  return null
}

/** Watches what runs; starts a worker or panel that ended again. Resolves never; rejects when something cannot be kept up. */
async function watch(installation) {
  const restarts = []
  for (;;) {
    await sleep(500)
    for (const entry of installation.ended()) {
      const words = complaint(readFileSync(entry.log).subarray(entry.logOffset).toString('utf8'))
      restarts.push(Date.now())
      const recent = restarts.filter((at) => at > Date.now() - RESTARTS_WITHIN)
      if (!['worker', 'panel'].includes(entry.name) || recent.length > RESTARTS) {
        throw new Trouble(`The ${entry.name} has ended: ${words}`)
      }
      console.log(`The ${entry.name} has ended and is started again: ${words}`)
      if (entry.name === 'worker') await installation.startWorker()
      else await installation.startPanel()
    }
  }
}

async function bringUp(installation) {
  const { logs } = installation
  const left = await installation.endLeftovers()
  if (left) console.log(`  ${left}`)
  await requirePanelPort(installation.port)
  await step('npm packages', () => installPackages(logs))
  const withoutMail = await prepareMailNodes(logs)
  await step('Database client', () => generateClient(logs))
  await installation.startDatabase()
  await installation.build()
  const link = await installation.startAll({ withMailNodes: withoutMail === null })
  console.log(`\nPosthouse is at   ${installation.url}`)
  if (link) console.log(`Set up its owner  ${link}\n                  (the link works once)`)
  if (withoutMail !== null) console.log(`\nOnly the panel runs. There are no mail nodes: ${withoutMail}.`)
  console.log('\nCtrl-C stops everything.')
}

async function main() {
  process.umask(0o022)
  const port = Number(process.env.PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Trouble(`PORT is not a port: ${process.env.PORT}.`)
  const state = prepareState()
  console.log(`Posthouse, state in ${state}`)
  const unlock = takeLock(join(state, 'run'), 'start.lock', `Posthouse runs already from ${state}`)
  const installation = new Installation({ state, port, dist: distFolder(state) })
  const leave = async (code) => {
    await installation.stop()
    unlock()
    process.exit(code)
  }
  // A terminal sends Ctrl-C to npm and to us, and npm hands its own on: the second one of a pair is no second wish.
  let isAsked = false
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, () => {
      if (isAsked) return
      isAsked = true
      console.log('\nStopping …')
      void leave(0)
    })
  }
  try {
    await bringUp(installation)
    await watch(installation)
  } catch (error) {
    if (isAsked) return
    isAsked = true
    console.error(plainWords(error) ?? error)
    await leave(1)
  }
}

main().catch((error) => {
  console.error(plainWords(error) ?? error)
  process.exit(1)
})
