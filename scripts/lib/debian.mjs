import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { keepFromStarting, packagesLeftInHand } from './autostart.mjs'
import { call, debianEnvironment } from './debian-call.mjs'
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
  'postsrsd',
  'publicsuffix',
  'knot',
  'bind9-dnsutils',
  'unbound',
  'dns-root-data',
  'lexicon',
  'python3-boto3',
  'iproute2',
  'ca-certificates',
  'openssl',
]
/** What the tests over real daemons need beside them: other name servers to publish to, and the proxy of docker-compose.yml. */
export const DAEMON_TEST_PACKAGES = ['bind9', 'bind9-utils', 'pdns-server', 'pdns-backend-sqlite3', 'caddy']
/** What the tests compare us with: the cases of RFC 7208 come with this one. */
export const SUITE_PACKAGES = ['golang-blitiri-go-spf-dev']
/** What the browser tests need beside them. */
export const BROWSER_PACKAGES = ['chromium']

/** Answers to what the packages would ask: no mail system set up by Debian, no database for OpenDMARC's statistics. */
const ANSWERS = `postfix postfix/main_mailer_type select No configuration
opendmarc opendmarc/dbconfig-install boolean false
`

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

/** What a simulation by apt names: packages it would install anew, bring up to date, remove. */
export function readPlan(text) {
  const named = (pattern) => [...text.matchAll(pattern)].map(([, name]) => name)
  return {
    installs: named(/^Inst (\S+) \(/gm),
    // The version that is there stands in brackets before the new one.
    upgrades: named(/^Inst (\S+) \[/gm),
    removes: named(/^Remv (\S+)/gm),
  }
}

/** What apt would do; with a `failure` when it does not know a package (lists not fetched yet). */
function simulate(names) {
  const { status, stdout, stderr } = call('apt-get', ['install', '--simulate', '--no-install-recommends', ...names])
  return status === 0 ? { failure: null, ...readPlan(stdout) } : { failure: complaint(stderr), ...readPlan('') }
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
    env: debianEnvironment,
    mayBeCut: false,
    failure: 'Debian packages could not be installed',
  })
}

function fetchLists(log) {
  return run('apt-get', ['update', '-q'], {
    log,
    env: debianEnvironment,
    failure: 'The lists of Debian packages could not be fetched',
  })
}

function announce({ missing, left, upgrades }) {
  if (left.length > 0) console.log('  Finishing an installation of Debian packages that was cut')
  if (missing.length > 0) {
    console.log('  Installing Debian packages (none of them will start at boot; --no-apt leaves them out):')
    console.log(`    ${missing.join(' ')}`)
  }
  if (upgrades.length > 0) console.log(`  They need newer versions of:\n    ${upgrades.join(' ')}`)
}

/**
 * Installs those of `names` that are missing, says so in one line first, and leaves nothing of it enabled at boot or
 * running. Throws Trouble, with nothing changed, where a mail server is already or a package would have to go.
 */
export async function installDebianPackages(names, { logs }) {
  const missing = missingPackages(names)
  const left = packagesLeftInHand()
  if (missing.length === 0 && left.length === 0) return 'up to date'
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
  announce({ missing, left, upgrades: plan.upgrades })
  call('debconf-set-selections', [], { input: ANSWERS })
  const finish = keepFromStarting([...new Set([...left, ...plan.installs])])
  try {
    // Also with nothing missing: one that was cut may still go on by itself, and apt waits for its end.
    await aptInstall(missing, log).catch(async () => {
      // Lists that are older than the archive name files that are gone.
      await fetchLists(log)
      await aptInstall(missing, log)
    })
  } finally {
    finish()
  }
  return `${plan.installs.length} installed`
}
