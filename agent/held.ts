import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Digits of Postfix's long queue ids: no vowels, so that no id is a word. */
const DIGITS = '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz'
const MICROSECOND_DIGITS = 4
/** From here on it is "this many or more". */
const MOST_COUNTED = 100_000

/**
 * When a message came into the queue, from its long queue id (`enable_long_queue_ids` in postconf(5)): seconds and
 * microseconds in base 52, `z`, the file's number. Null for other names.
 */
export function queueIdTime(id: string): Date | null {
  const time = id.slice(0, Math.max(0, id.lastIndexOf('z')))
  if (time.length < 6 + MICROSECOND_DIGITS || [...time].some((digit) => !DIGITS.includes(digit))) return null
  const read = (digits: string) => [...digits].reduce((sum, digit) => sum * DIGITS.length + DIGITS.indexOf(digit), 0)
  const seconds = read(time.slice(0, -MICROSECOND_DIGITS))
  return new Date(seconds * 1000 + Math.floor(read(time.slice(-MICROSECOND_DIGITS)) / 1000))
}

/** Messages on hold in a queue folder, and when the oldest came in (null: none): what was signed then must stay verifiable. */
export function heldMail(queueDir: string): { count: number; oldestAt: string | null } {
  const folder = join(queueDir, 'hold')
  let count = 0
  let oldest = Infinity
  for (const path of filesOf(folder)) {
    if (count === MOST_COUNTED) break
    count += 1
    const time = queueIdTime(path.slice(path.lastIndexOf('/') + 1)) ?? madeAt(join(folder, path))
    if (time) oldest = Math.min(oldest, time.getTime())
  }
  return { count, oldestAt: oldest === Infinity ? null : new Date(oldest).toISOString() }
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  } catch (error) {
    // Postfix makes the folder when it first needs it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** When a file was made, for those that have no long id. Null where it has gone meanwhile. */
function madeAt(path: string): Date | null {
  return statSync(path, { throwIfNoEntry: false })?.birthtime ?? null
}
