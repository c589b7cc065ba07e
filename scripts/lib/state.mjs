import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Trouble } from './say.mjs'

/** The checkout this script belongs to. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')
const SHARED = '/var/lib/posthouse'

export const isRoot = process.getuid?.() === 0

function shortHash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

/** A number from 0 to `range` - 1 that is always the same for the same folder: ports and addresses come from it. */
export function numberFrom(folder, range) {
  return createHash('sha256').update(folder).digest().readUInt32BE(0) % range
}

/** True when an account other than root can go through every folder above `path`. */
export function isReachable(path) {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false })
    if (stat && (stat.mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/**
 * The folder of all state: POSTHOUSE_DATA; else, as root, one below /var/lib/posthouse; else `.posthouse` in the checkout.
 * Makes nothing.
 */
export function stateFolder(env = process.env) {
  if (env.POSTHOUSE_DATA)
    return existsSync(env.POSTHOUSE_DATA) ? realpathSync(env.POSTHOUSE_DATA) : resolve(env.POSTHOUSE_DATA)
  return isRoot ? join(SHARED, shortHash(checkout)) : join(checkout, '.posthouse')
}

/**
 * Makes the state folder. As root the database's and the mail daemons' own accounts have to reach it; where a folder above
 * is closed to them (such as /root), the state lies below /var/lib/posthouse and the wanted folder becomes a link to it.
 */
export function prepareState(env = process.env) {
  const wanted = stateFolder(env)
  const folder = isRoot && !isReachable(wanted) ? linkedFolder(wanted) : wanted
  mkdirSync(folder, { recursive: true })
  if (isRoot) {
    if (folder.startsWith(`${SHARED}/`)) chmodSync(SHARED, 0o755)
    chmodSync(folder, 0o755)
  }
  for (const part of ['run', 'logs']) mkdirSync(join(folder, part), { recursive: true })
  return folder
}

function linkedFolder(wanted) {
  const folder = join(SHARED, shortHash(wanted))
  const stat = lstatSync(wanted, { throwIfNoEntry: false })
  if (stat?.isSymbolicLink()) return folder
  if (stat && readdirSync(wanted).length > 0) {
    throw new Trouble(
      `${wanted} lies under a folder that is closed to other accounts, so the daemons cannot reach it: choose another POSTHOUSE_DATA.`,
    )
  }
  mkdirSync(folder, { recursive: true })
  if (stat) rmdirSync(wanted)
  mkdirSync(dirname(wanted), { recursive: true })
  symlinkSync(folder, wanted)
  return folder
}
