import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foreignMailServer } from './mail-server.mjs'
import { run } from './run.mjs'
import { complaint, Trouble } from './say.mjs'

/** What the mail nodes and the lab are made of. */
export const MAIL_PACKAGES = [
  'postfix',
  'postfix-lmdb',
  'postfix-policyd-spf-python',
  'dovecot-core',
  'dovecot-imapd',
  'dovecot-pop3d',
  'dovecot-lmtpd',
  'dovecot-managesieved',
  'dovecot-sieve',
  'dovecot-sqlite',
  'opendkim',
  'opendkim-tools',
  'opendmarc',
  'publicsuffix',
  'bind9',
  'knot',
  'bind9-utils',
  'bind9-dnsutils',
  'unbound',
  'dns-root-data',
  'iproute2',
  'ca-certificates',
  'openssl',
]
/** What the browser tests need beside them. */
export const BROWSER_PACKAGES = ['chromium']

const POLICY = '/usr/sbin/policy-rc.d'
const ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
/** Answers to what the packages would ask: no mail system set up by Debian, no database for OpenDMARC's statistics. */
const ANSWERS = `postfix postfix/main_mailer_type select No configuration
opendmarc opendmarc/dbconfig-install boolean false
`

const call = (command, args, { input, env } = {}) =>
  spawnSync(command, args, { encoding: 'utf8', env: { ...ENVIRONMENT, ...env }, input })

/** True on Debian and what is made from it. */
export function isDebian() {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')
}

/** Those of `names` that are not installed. */
export function missingPackages(names) {
  const { stdout } = call('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names])
  const present = new Set(stdout.split('\n').filter((line) => line.endsWith(' installed')))
  return names.filter((name) => !present.has(`${name} installed`))
}

/** What apt would do: names it would install and remove. Null when it does not know a package (lists not fetched yet). */
function simulate(names) {
  const { status, stdout, stderr } = call('apt-get', ['install', '--simulate', '--no-install-recommends', ...names])
  if (status !== 0) return { failure: complaint(stderr), installs: [], removes: [] }
  const named = (verb) => [...stdout.matchAll(new RegExp(`^${verb} (\\S+)`, 'gm'))].map(([, name]) => name)
  return { failure: null, installs: named('Inst'), removes: named('Remv') }
}

/** Nothing that gets installed may start itself meanwhile. Gives the function that takes the rule back. */
function forbidAutostart() {
  if (existsSync(POLICY)) return () => undefined
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  const takeBack = () => rmSync(POLICY, { force: true })
  process.once('exit', takeBack)
  return () => {
    process.off('exit', takeBack)
    takeBack()
  }
}

/** Units that a package brings and that can be enabled. */
function unitsOf(name) {
  const { stdout } = call('dpkg', ['-L', name])
  const files = stdout.split('\n')
  const unit = /\/systemd\/system\/([^/@]+\.(?:service|socket|timer|path))$/
  return {
    units: files.flatMap((file) => unit.exec(file)?.[1] ?? []),
    scripts: files.flatMap((file) => /^\/etc\/init\.d\/([^/]+)$/.exec(file)?.[1] ?? []),
  }
}

/** Takes what was just installed out of the machine's boot: it is ours to start. */
function disableAtBoot(names) {
  for (const name of names) {
    const { units, scripts } = unitsOf(name)
    for (const unit of units) {
      // The helper wants to be called by a package's own script, and keeps its books by that package.
      call('deb-systemd-helper', ['disable', unit], { env: { DPKG_MAINTSCRIPT_PACKAGE: name } })
      if (existsSync('/run/systemd/system')) call('systemctl', ['disable', '--now', unit])
    }
    for (const script of scripts) call('update-rc.d', [script, 'disable'])
  }
}

async function aptInstall(names, log) {
  const args = [
    'install',
    '-y',
    '-q',
    '--no-install-recommends',
    '--no-remove',
    '-o',
    'DPkg::Lock::Timeout=120',
    ...names,
  ]
  await run('apt-get', args, {
    log,
    env: ENVIRONMENT,
    mayBeCut: false,
    failure: 'Debian packages could not be installed',
  })
}

function fetchLists(log) {
  return run('apt-get', ['update', '-q'], {
    log,
    env: ENVIRONMENT,
    failure: 'The lists of Debian packages could not be fetched',
  })
}

/**
 * Installs those of `names` that are missing, says so in one line first, and leaves nothing of it enabled at boot or
 * running. Throws Trouble, with nothing changed, where a mail server is already or a package would have to go.
 */
export async function installDebianPackages(names, { logs }) {
  const missing = missingPackages(names)
  if (missing.length === 0) return 'up to date'
  const foreign = foreignMailServer({ isInstalling: missing.includes('postfix') })
  if (foreign) throw new Trouble(`${foreign}, so its packages stay untouched and none is installed beside it.`)
  const log = join(logs, 'apt.log')
  let plan = simulate(missing)
  if (plan.failure !== null) {
    await fetchLists(log)
    plan = simulate(missing)
  }
  if (plan.failure !== null) throw new Trouble(`Debian packages could not be installed: ${plan.failure}`)
  if (plan.removes.length > 0) {
    throw new Trouble(`Installing ${missing.join(', ')} would remove ${plan.removes.join(', ')}: not done.`)
  }
  console.log(
    `  Installing Debian packages (none of them will start at boot; --no-apt leaves them out):\n    ${missing.join(' ')}`,
  )
  call('debconf-set-selections', [], { input: ANSWERS })
  const allowAutostart = forbidAutostart()
  try {
    await aptInstall(missing, log).catch(async () => {
      // Lists that are older than the archive name files that are gone.
      await fetchLists(log)
      await aptInstall(missing, log)
    })
  } finally {
    allowAutostart()
    disableAtBoot(plan.installs)
  }
  return `${plan.installs.length} installed`
}
