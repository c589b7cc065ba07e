import { spawn } from 'node:child_process'
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  existsSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * State letter and start time (clock ticks since boot) of a process, or null when there is none. A zombie counts as none:
 * it has ended and only waits for its parent. The pid with its start time names a process for good; the pid alone does not.
 */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : { startedAt: fields[19] }
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null
    throw error
  }
}

/** The start time of a living process, or null. */
export function startTime(pid) {
  return readStat(pid)?.startedAt ?? null
}

/** True while the process that is named by pid and start time lives. */
export function isAlive({ pid, startedAt }) {
  return startTime(pid) === startedAt
}

/** Sends a signal to the process's whole group when it leads one, else to itself; a process that is gone is fine. */
function signal(child, name) {
  for (const target of [-child.pid, child.pid]) {
    try {
      process.kill(target, name)
      return
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
}

/** Waits until the process has ended or the time (milliseconds) is over; true when it has ended. */
export async function waitForEnd(child, milliseconds) {
  const until = Date.now() + milliseconds
  while (isAlive(child)) {
    if (Date.now() > until) return false
    await sleep(25)
  }
  return true
}

/**
 * Ends a process: `name` (SIGTERM) to it alone, so that it can stop its own children in order; after ten seconds KILL to
 * its whole group. Does nothing when the pid belongs to somebody else by now.
 */
export async function endProcess(child, name = 'SIGTERM', milliseconds = 10_000) {
  if (isAlive(child)) {
    process.kill(child.pid, name)
    if (!(await waitForEnd(child, milliseconds)) && isAlive(child)) {
      signal(child, 'SIGKILL')
      await waitForEnd(child, 2_000)
    }
  }
  if (child.file) rmSync(child.file, { force: true })
}

/**
 * Starts a child in a process group of its own, its output in `log`, and keeps its pid and start time in
 * `<runFolder>/<name>.pid`, so that a later start can find it. With `pipe` its standard output is read by the caller too.
 */
export function startChild({ name, runFolder, log, command, args, env, cwd, account = {}, pipe = false }) {
  mkdirSync(runFolder, { recursive: true })
  const logOffset = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  const out = openSync(log, 'a')
  try {
    const child = spawn(command, args, {
      ...account,
      cwd,
      env,
      detached: true,
      stdio: ['ignore', pipe ? 'pipe' : out, out],
    })
    child.on('error', () => undefined)
    if (child.pid === undefined) throw new Error(`cannot start ${command}`)
    const file = join(runFolder, `${name}.pid`)
    const entry = { name, pid: child.pid, startedAt: startTime(child.pid), file, log, logOffset, child }
    writeFileSync(file, `${entry.pid} ${entry.startedAt}\n`)
    return entry
  } finally {
    closeSync(out)
  }
}

/** The processes that pid files in a folder name and that still live; files of ended ones are removed. */
export function leftBehind(runFolder) {
  if (!existsSync(runFolder)) return []
  const files = readdirSync(runFolder).filter((file) => file.endsWith('.pid'))
  return files.flatMap((file) => {
    const path = join(runFolder, file)
    const [pid, startedAt] = readFileSync(path, 'utf8').trim().split(' ')
    const entry = { name: file.slice(0, -4), pid: Number(pid), startedAt, file: path }
    if (Number.isInteger(entry.pid) && entry.pid > 1 && isAlive(entry)) return [entry]
    rmSync(path, { force: true })
    return []
  })
}
