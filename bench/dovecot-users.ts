/**
 * Where Dovecot finds its users: one passwd-file a domain, or one SQLite file a node. In a domain of 200,000 users one
 * password changes; measured are the write, the time from the write to the first log-in with the new password over IMAP,
 * log-ins without a change, and the memory of the auth processes. Needs root and Debian's dovecot packages.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { findAccount, writeAtomically } from '@/agent/files'
import { openUsersFile } from '@/agent/users-file'
import { measure } from '@/bench/report'
import type { UserValue } from '@/lib/agent-protocol/maps'

const USERS = 200_000
const CHANGES = 20
const DOMAIN = 'large.test'
const PORT = 2143
const MAIL_UID = 65_534
/** A log-in after a change has to fit into the 500 ms from click to live. */
const BOUND_WRITE_MILLISECONDS = 100
const BOUND_LOGIN_MILLISECONDS = 300
const LOGIN_TIMEOUT_MS = 90_000

interface Contender {
  what: string
  host: string
  /** Settings of passdb and userdb. */
  config: (dir: string) => string
  /** Fills the store with all users; gives what changes one password. */
  fill: (dir: string) => (index: number, password: string) => void
}

const address = (index: number) => `user${index}@${DOMAIN}`
/** Plain, so that the store is measured and not a hash function. */
const firstPassword = (index: number) => `first-${index}`
const home = (dir: string, index: number) => `${dir}/mail/user${index}`

const contenders: Contender[] = [
  {
    what: 'passwd-file',
    host: '127.93.0.1',
    config: (dir) => `
passdb {
  driver = passwd-file
  args = username_format=%Lu ${dir}/users/%Ld
}
userdb {
  driver = passwd-file
  args = username_format=%Lu ${dir}/users/%Ld
}`,
    fill: (dir) => {
      const path = join(dir, 'users', DOMAIN)
      const line = (index: number, password: string) =>
        `${address(index)}:{PLAIN}${password}:${MAIL_UID}:${MAIL_UID}::${home(dir, index)}::\n`
      const lines = Array.from({ length: USERS }, (_, index) => line(index, firstPassword(index)))
      let modifiedAt = Math.floor(Date.now() / 1_000) - 3_600
      const write = () => {
        writeAtomically(path, lines.join(''), { mode: 0o644 })
        // A file of the same size and second is taken for the same file: each one is a second newer than the last.
        modifiedAt += 1
        utimesSync(path, modifiedAt, modifiedAt)
      }
      write()
      return (index, password) => {
        lines[index] = line(index, password)
        write()
      }
    },
  },
  {
    what: 'SQLite',
    host: '127.93.0.2',
    config: (dir) => {
      const sql = join(dir, 'sql.conf')
      writeFileSync(
        sql,
        `driver = sqlite
connect = ${dir}/users/users.sqlite
password_query = SELECT address AS user, password FROM users WHERE address = '%u' AND instr(services, ',%Ls,') > 0
user_query = SELECT ${MAIL_UID} AS uid, ${MAIL_UID} AS gid, '${dir}/mail/' || home AS home FROM users WHERE address = '%u'
`,
      )
      return `
service auth-worker {
  user = $default_internal_user
}
passdb {
  driver = sql
  args = ${sql}
}
userdb {
  driver = sql
  args = ${sql}
}`
    },
    fill: (dir) => {
      const users = openUsersFile(join(dir, 'users', 'users.sqlite'), findAccount('dovecot'))
      const change = (index: number, password: string) => {
        const value: UserValue = {
          home: `user${index}`.padEnd(12, '0'),
          format: 'maildir',
          quotaBytes: 0,
          services: ['imap'],
          password: `{PLAIN}${password}`,
        }
        return { map: 'imap/users', domain: DOMAIN, key: address(index), after: JSON.stringify(value) }
      }
      users.apply(Array.from({ length: USERS }, (_, index) => change(index, firstPassword(index))))
      return (index, password) => users.apply([change(index, password)])
    },
  },
]

function startDovecot(dir: string, { host, config }: Contender): () => void {
  const file = join(dir, 'dovecot.conf')
  writeFileSync(
    file,
    `base_dir = ${dir}/run
state_dir = ${dir}/run
log_path = ${dir}/log
protocols = imap
listen = ${host}
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
auth_cache_size = 0
first_valid_uid = ${MAIL_UID}
mail_location = maildir:~/m
service imap-login {
  inet_listener imap {
    port = ${PORT}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
${config(dir)}
`,
  )
  execFileSync('/usr/sbin/dovecot', ['-c', file], { stdio: 'ignore', timeout: 10_000 })
  return () => void execFileSync('/usr/sbin/dovecot', ['-c', file, 'stop'], { stdio: 'ignore', timeout: 20_000 })
}

/** One connection, one LOGIN (RFC 9051 §6.2.3); true where it is let in. */
async function canLogIn(host: string, user: string, password: string): Promise<boolean> {
  const socket: Socket = connect({ host, port: PORT })
  socket.setTimeout(LOGIN_TIMEOUT_MS, () => socket.destroy(new Error('no answer to LOGIN')))
  try {
    for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
      if (line.startsWith('* OK')) socket.write(`a LOGIN ${user} ${password}\r\n`)
      if (line.startsWith('a ')) return line.startsWith('a OK')
    }
    return false
  } finally {
    socket.destroy()
  }
}

async function untilLoggedIn(host: string, user: string, password: string): Promise<number> {
  const start = performance.now()
  while (!(await canLogIn(host, user, password))) {
    if (performance.now() - start > LOGIN_TIMEOUT_MS) throw new Error(`${user} is not let in`)
    await sleep(5)
  }
  return performance.now() - start
}

/** Resident memory of a Dovecot's auth and auth-worker processes, MiB (proc(5)). */
function authMemory(dir: string): number {
  const master = readFileSync(join(dir, 'run', 'master.pid'), 'utf8').trim()
  let kibibytes = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let status = ''
    try {
      status = readFileSync(`/proc/${pid}/status`, 'utf8')
    } catch {
      continue // It ended while the list was read.
    }
    if (status.includes(`PPid:\t${master}\n`) && status.startsWith('Name:\tauth'))
      kibibytes += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0)
  }
  return kibibytes / 1_024
}

async function measureContender(contender: Contender) {
  const dir = mkdtempSync(join(tmpdir(), 'posthouse-bench-users-'))
  chmodSync(dir, 0o755)
  mkdirSync(join(dir, 'run'))
  mkdirSync(join(dir, 'users'))
  mkdirSync(join(dir, 'mail'))
  chownSync(join(dir, 'mail'), MAIL_UID, MAIL_UID)
  const change = contender.fill(dir)
  const stop = startDovecot(dir, contender)
  const samples = { write: [] as number[], live: [] as number[], idle: [] as number[] }
  try {
    await untilLoggedIn(contender.host, address(0), firstPassword(0))
    for (let round = 1; round <= CHANGES; round += 1) {
      const index = Math.floor((round * USERS) / (CHANGES + 1))
      const password = `other-${index}`
      const start = performance.now()
      change(index, password)
      samples.write.push(performance.now() - start)
      samples.live.push(await untilLoggedIn(contender.host, address(index), password))
      samples.idle.push(await untilLoggedIn(contender.host, address(index), password))
    }
    return { ...samples, memory: [authMemory(dir)] }
  } finally {
    stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

const size = `${USERS.toLocaleString('en')} users`
const rows = []
for (const contender of contenders) {
  const { write, live, idle, memory } = await measureContender(contender)
  const isChosen = contender.what === 'SQLite'
  rows.push(
    {
      what: `${contender.what}: write one password`,
      size,
      samples: write,
      ...(isChosen && { bound: BOUND_WRITE_MILLISECONDS }),
    },
    {
      what: `${contender.what}: then first log-in`,
      size,
      samples: live,
      ...(isChosen && { bound: BOUND_LOGIN_MILLISECONDS }),
    },
    { what: `${contender.what}: log-in, nothing changed`, size, samples: idle },
    { what: `${contender.what}: memory of auth`, size, samples: memory, unit: 'MiB' },
  )
}
measure('dovecot-users', rows)
