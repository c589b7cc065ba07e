import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { accountIds } from './accounts'
import type { RenderedFile } from './render/rendered'

const RENDERED = 'etc/rendered.json'

/** Hash of each file's text as it was rendered last, by path; empty before the first time. */
function readHashes(dir: string): Record<string, string> {
  const file = join(dir, RENDERED)
  return existsSync(file) ? z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
}

/**
 * Writes the files below `dir` whose rendering is not that of the last time, or that are missing (a temporary file, then
 * a rename), and returns their paths. What the agent or an administrator changed in a file since stays until its
 * rendering changes.
 */
export function writeRendered(dir: string, files: readonly RenderedFile[]): string[] {
  const before = readHashes(dir)
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
  const changed = files.filter(({ path, text }) => before[path] !== hashOf(text) || !existsSync(join(dir, path)))
  if (changed.length === 0) return []
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
  const after = { ...before, ...Object.fromEntries(changed.map(({ path, text }) => [path, hashOf(text)])) }
  writeFileSync(join(dir, RENDERED), `${JSON.stringify(after, null, 2)}\n`)
  return changed.map(({ path }) => path)
}

/** Makes a folder where it is missing and gives it its owner and mode each time. */
export function ensureFolder(path: string, mode: number, uid = 0, gid = 0): void {
  mkdirSync(path, { recursive: true, mode })
  chownSync(path, uid, gid)
  chmodSync(path, mode)
}

/**
 * Copies a program of Debian's into `<dir>/bin` and returns the copy's path. Debian confines some daemons by AppArmor to
 * the folders that its packages use; such a profile belongs to the program's path, so a copy may read what lies in ours.
 */
export function copyProgram(program: string, dir: string): string {
  const copy = join(dir, 'bin', basename(program))
  ensureFolder(dirname(copy), 0o755)
  copyFileSync(program, `${copy}.new`)
  renameSync(`${copy}.new`, copy)
  return copy
}
