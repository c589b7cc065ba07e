import { spawn } from 'node:child_process'

/** Exit code 1 of GNU tar means that a file changed while it was read: mail that arrives meanwhile does that. */
const CHANGED_MEANWHILE = 1

function tar(args: string[], accepted: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('env', ['LC_ALL=C', 'tar', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => (words = `${words}${chunk.toString()}`.slice(-2_000)))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code !== null && accepted.includes(code)) resolve()
      else reject(new Error(`tar: ${words.trim().split('\n')[0] ?? `ended with ${String(code)}`}`))
    })
  })
}

/**
 * Packs folders' members into `file` (tar, gzip), owners by number. `parts`: pairs of a folder and the paths below it, in
 * the order they are to have in the archive.
 */
export function pack(
  file: string,
  parts: readonly (readonly [folder: string, paths: readonly string[]])[],
): Promise<void> {
  const members = parts.flatMap(([folder, paths]) => ['-C', folder, ...paths])
  return tar(['-czf', file, '--numeric-owner', ...members], [0, CHANGED_MEANWHILE])
}

/** Unpacks an archive below an empty folder. tar itself refuses members with `..` or a leading slash. */
export function unpack(file: string, folder: string): Promise<void> {
  return tar(['-xzf', file, '--numeric-owner', '--no-overwrite-dir', '-C', folder], [0])
}
