/** A trouble that the person at the terminal can do something about: shown as one line, without a stack. */
export class Trouble extends Error {}

const DISK_FULL = /ENOSPC|No space left on device|could not extend file .*: wrote only/
const COMPLAINT =
  /ENOSPC|No space left on device|^E: |FATAL|PANIC|\b[A-Z]?\w*Error\b(?: \[\w+\])?: |^npm error (?!code|errno|syscall|path|A complete)|\bcannot\b/

/**
 * What a program complained of, from all it said: the first line that looks like a complaint, else its last words. At most
 * 300 characters.
 */
export function complaint(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const line = (lines.find((candidate) => COMPLAINT.test(candidate)) ?? lines.at(-1) ?? 'it said nothing').trim()
  if (DISK_FULL.test(line)) return 'the disk is full'
  // The database begins each line with a date and its process.
  return line.replace(/^\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] /, '').slice(0, 300)
}

/** Runs `work`, prints `label` and the seconds it took as one progress line. `work` may give a note to show beside it. */
export async function step(label, work) {
  const begun = performance.now()
  const note = await work()
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(`  ${label.padEnd(34)} ${seconds.padStart(6)} s${typeof note === 'string' ? `  ${note}` : ''}`)
}

/** What a failed system call means, in words; everything else as it is. */
export function plainWords(error) {
  if (error instanceof Trouble) return error.message
  const at = error?.path ? ` (${error.path})` : ''
  if (error?.code === 'ENOSPC') return `The disk is full${at}.`
  if (error?.code === 'EACCES' || error?.code === 'EPERM') return `Not allowed to write or read here${at}.`
  if (error?.code === 'EROFS') return `The file system cannot be written${at}.`
  return undefined
}
