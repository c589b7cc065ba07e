import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, startTime } from './processes.mjs'
import { Trouble } from './say.mjs'

/** pid and start time of the lock's holder; null when the file is gone or holds something else. */
function holderOf(file) {
  try {
    const [pid, startedAt] = readFileSync(file, 'utf8').trim().split(' ')
    return { pid: Number(pid), startedAt }
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

/**
 * Takes the lock of a folder for this process and gives the function that lets it go. A lock whose holder has ended counts
 * for nothing; a living holder makes it throw Trouble with `busy` and the holder's pid.
 */
export function takeLock(folder, name, busy) {
  const file = join(folder, name)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid} ${startTime(process.pid)}\n`)
  try {
    for (;;) {
      try {
        // A link comes with its content: nobody ever reads a lock that is not written yet.
        linkSync(own, file)
        return () => rmSync(file, { force: true })
      } catch (error) {
        if (error.code !== 'EEXIST') throw error
      }
      const holder = holderOf(file)
      if (holder && isAlive(holder)) throw new Trouble(`${busy} (process ${holder.pid}).`)
      rmSync(file, { force: true })
    }
  } finally {
    rmSync(own, { force: true })
  }
}
