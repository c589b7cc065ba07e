import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { accountIds } from './accounts'
import type { RenderedFile } from './render/rendered'

/**
 * Writes the files that differ below `dir` (a temporary file, then a rename) and returns the paths of those that changed.
 */
export function writeRendered(dir: string, files: readonly RenderedFile[]): string[] {
  const changed = files.filter(({ path, text }) => {
    const target = join(dir, path)
    return !existsSync(target) || readFileSync(target, 'utf8') !== text
  })
  for (const { path, text, mode, group } of changed) {
    const target = join(dir, path)
    const staged = `${target}.new`
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 })
    writeFileSync(staged, text, { mode })
    chmodSync(staged, mode)
    if (group) chownSync(staged, 0, accountIds(group).gid)
    // Postfix reads a file again and again while it is less than two seconds old, which makes every command wait.
    const past = new Date(Date.now() - 10_000)
    utimesSync(staged, past, past)
    renameSync(staged, target)
  }
  return changed.map(({ path }) => path)
}

/** Makes a folder where it is missing and gives it its owner and mode each time. */
export function ensureFolder(path: string, mode: number, uid = 0, gid = 0): void {
  mkdirSync(path, { recursive: true, mode })
  chownSync(path, uid, gid)
  chmodSync(path, mode)
}
