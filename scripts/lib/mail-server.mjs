import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** Programs that take mail for a machine, by the name of their executable, with the name people know. */
const PROGRAMS = new Map([
  ['exim4', 'Exim'],
  ['exim', 'Exim'],
  ['master', 'Postfix'],
  ['dovecot', 'Dovecot'],
  ['sendmail', 'Sendmail'],
  ['sendmail-mta', 'Sendmail'],
  ['smtpd', 'OpenSMTPD'],
  ['qmail-send', 'qmail'],
  ['courierd', 'Courier'],
  ['cyrmaster', 'Cyrus'],
  ['maddy', 'maddy'],
  ['stalwart', 'Stalwart'],
  ['mox', 'mox'],
])
/** Configurations by which a mail server was set up here, whether it runs now or not. */
const CONFIGURATIONS = [
  '/etc/postfix/main.cf',
  '/etc/exim4/update-exim4.conf.conf',
  '/etc/mail/sendmail.cf',
  '/etc/smtpd.conf',
]
const SMTP_PORT = '0019'

/** What /proc says of a process: executable, command line, folder it works in. Null for one that is gone or not a program. */
function describe(pid) {
  try {
    return {
      program: basename(readlinkSync(`/proc/${pid}/exe`)),
      path: readlinkSync(`/proc/${pid}/exe`),
      words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' '),
      folder: readlinkSync(`/proc/${pid}/cwd`),
    }
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return null
    throw error
  }
}

/**
 * True for Postfix and Dovecot of a Posthouse, of this checkout or another: they work in a node's folder, those that
 * Debian starts in the system's own places.
 */
function isPosthouse({ program, folder }) {
  return ['master', 'dovecot'].includes(program) && !/^\/(|run|usr|etc|var\/(spool|run|mail))(\/|$)/.test(folder)
}

function somethingTakesPort25() {
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((file) => {
    if (!existsSync(file)) return false
    const listening = readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
    return listening.some(([, local, , status]) => status === '0A' && local?.endsWith(`:${SMTP_PORT}`))
  })
}

/**
 * Words for the mail server that is already on this machine and not ours: one that runs, and, when packages would be
 * installed, one that is set up. Null when there is none.
 */
export function foreignMailServer({ isInstalling }) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const found = describe(pid)
    const name = found && PROGRAMS.get(found.program)
    if (!name || isPosthouse(found)) continue
    // Postfix's own processes bear names that others use too; its master stands for them all.
    if ((found.program === 'master') !== found.path.includes('/postfix/')) continue
    return `${name} runs on this machine (process ${pid})`
  }
  if (somethingTakesPort25()) return 'A mail server listens on port 25 of this machine'
  const configured = isInstalling ? CONFIGURATIONS.find((path) => existsSync(path)) : undefined
  return configured ? `A mail server is configured on this machine (${configured})` : null
}
