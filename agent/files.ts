import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Replaces a file so that a reader, or a machine that loses power, has the old one or the new one and nothing between. */
export function writeAtomically(
  path: string,
  text: string,
  { mode, owner }: { mode: number; owner?: { uid: number; gid: number } },
): void {
  const beside = `${path}.next`
  const file = openSync(beside, 'w', 0o600)
  try {
    writeSync(file, text)
    if (owner) fchownSync(file, owner.uid, owner.gid)
    fchmodSync(file, mode)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
  const dir = openSync(dirname(path), 'r')
  try {
    fsyncSync(dir)
  } finally {
    closeSync(dir)
  }
}

/** An account of this machine from its passwd file (passwd(5)), null where there is none of that name. */
export function findAccount(name: string, passwd = '/etc/passwd'): { uid: number; gid: number } | null {
  for (const line of readFileSync(passwd, 'utf8').split('\n')) {
    const [account, , uid, gid] = line.split(':')
    if (account === name) return { uid: Number(uid), gid: Number(gid) }
  }
  return null
}
