import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from './state.mjs'

const INSIDE = 'POSTHOUSE_IN_NAMESPACE'

/** True in a process that {@link rerunInside} started. */
export const isInside = process.env[INSIDE] === '1'

/** Why no private network and mounts can be had here, in words; null when they can. */
export function namespaceTrouble() {
  if (!isRoot) return 'it needs root'
  const tried = spawnSync('unshare', ['-n', '-m', '--propagation', 'private', 'true'], { encoding: 'utf8' })
  if (tried.status === 0) return null
  return `this machine does not let root make a network namespace (${(tried.stderr || String(tried.error)).trim()})`
}

/**
 * Runs this very script again with a network and mounts of its own, so that its ports meet nobody else's, and gives its
 * exit code. Ctrl-C reaches it from the terminal; other wishes to end are handed on.
 */
export function rerunInside() {
  const args = ['-n', '-m', '--propagation', 'private', process.execPath, ...process.argv.slice(1)]
  const child = spawn('unshare', args, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } })
  process.on('SIGINT', () => undefined)
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
  })
}

/** Brings up the loopback interface and lets name lookups go nowhere but there. */
export function furnishNamespace(folder) {
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
  const file = join(folder, 'resolv.conf')
  writeFileSync(file, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
  execFileSync('mount', ['--bind', file, '/etc/resolv.conf'])
}
