/** Where a command writes: `out` is data, `err` words for people. */
export interface Io {
  out: (text: string) => void
  err: (text: string) => void
}

export interface Command {
  /** Its words, such as `domain add`. */
  name: string
  usage: string
  /** First line: what it does, in a few words. */
  help: string
  /** Gives the exit code; throws AppError for what a person can mend. */
  run: (args: string[], io: Io) => Promise<number>
}

/** Used wrongly: the message says how. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
