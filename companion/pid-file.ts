import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Start time of a process in clock ticks since boot, null where it is gone or a zombie (proc(5), fields 3 and 22). */
export function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')

/** Writes the process's id and, on the second line, its start time: together they name one process for good. */
export function writePidFile(path: string, pid: number): void {
  writeFileSync(path, `${pid}\n${startTime(pid) ?? ''}\n`)
}

/** The process that a pid file names, null where it is gone (another one with the same id is not it). */
export function readPidFile(path: string): number | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
  const [pid, started] = text.split('\n')
  const id = Number(pid)
  return Number.isSafeInteger(id) && id > 1 && started !== '' && startTime(id) === started ? id : null
}

/** Sends a signal; true where the process was there. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Ends the process that a pid file names: TERM, then KILL after `graceMs`. Removes the file. */
export async function endPidFile(path: string, graceMs: number): Promise<void> {
  const pid = readPidFile(path)
  if (pid !== null) {
    const started = startTime(pid)
    signal(pid, 'SIGTERM')
    for (const until = Date.now() + graceMs; Date.now() < until && startTime(pid) === started;) await sleep(20)
    if (startTime(pid) === started) signal(pid, 'SIGKILL')
  }
  rmSync(path, { force: true })
}
