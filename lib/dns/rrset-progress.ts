/** An edit of one RRset by values: what stood there, what goes, what comes. */
export interface ValueEdit {
  before: readonly string[]
  remove: readonly string[]
  add: readonly string[]
}

/**
 * How far an edit is, by what stands there now. `before`: not begun. `part`: some of it. `done`: all of it, whatever else
 * came since. `foreign`: not done, and something else than the edit has changed. `lost`: what was to stay and is gone.
 */
export interface Progress {
  state: 'before' | 'part' | 'done' | 'foreign'
  lost: string[]
  /** What is left to do. */
  remove: string[]
  add: string[]
}

/** Compares an edit with the values that stand there now. Pure; an edit of nothing is `done`. */
export function progressOf({ before, remove, add }: ValueEdit, now: readonly string[]): Progress {
  const kept = before.filter((value) => !remove.includes(value))
  const lost = kept.filter((value) => !now.includes(value))
  const unknown = now.filter((value) => !before.includes(value) && !add.includes(value))
  const left = {
    lost,
    remove: remove.filter((value) => now.includes(value)),
    add: add.filter((value) => !now.includes(value)),
  }
  if (left.remove.length === 0 && left.add.length === 0) return { state: 'done', ...left }
  if (lost.length > 0 || unknown.length > 0) return { state: 'foreign', ...left }
  const isUntouched = left.remove.length === remove.length && left.add.length === add.length
  return { state: isUntouched ? 'before' : 'part', ...left }
}
