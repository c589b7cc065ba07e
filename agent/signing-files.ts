import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import type { NodePaths } from '@/lib/agent-protocol/node-config'
import { writeAtomically } from './files'
import { keyFileName, readKeyEntry, renderKeyTable, renderSigningTable } from './signing'
import type { Store } from './store'

/**
 * Key files and tables of the signing OpenDKIM daemons, one for each kind of key. `owner` is OpenDKIM's account, null in tests without it. Tables are
 * replaced whole: OpenDKIM reads them whole as well, at its start and at SIGUSR1.
 */
export function createSigningFiles(paths: NodePaths, owner: { uid: number; gid: number } | null) {
  mkdirSync(paths.dkimKeys, { recursive: true, mode: 0o750 })
  chmodSync(paths.dkimKeys, 0o750)
  if (owner) chownSync(paths.dkimKeys, 0, owner.gid)

  const keyFile = (id: string, entry: string) => join(paths.dkimKeys, keyFileName(id, entry))
  const writeTable = (path: string, text: string) => {
    if (readOrEmpty(path) === text && statSync(path, { throwIfNoEntry: false })) return false
    writeAtomically(path, text, { mode: 0o640, ...(owner && { owner: { uid: 0, gid: owner.gid } }) })
    return true
  }

  /** Text of the tables when the open intent has been carried out up to `step`. */
  const tablesAt = (store: Store, step: number) => {
    const entries = new Map<string, string>()
    for (const { key, value } of store.eachAt('dkim/keys', step)) entries.set(key, value)
    return {
      keyTable: renderKeyTable(store.eachAt('dkim/keytable', step), entries, paths.dkimKeys),
      signingTable: renderSigningTable(store.eachAt('dkim/signingtable', step)),
      signingTableEd25519: renderSigningTable(store.eachAt('dkim/signingtable-ed25519', step)),
    }
  }

  return {
    tablesAt,

    /** Writes a private key, readable by OpenDKIM alone; a key that is there already is left. */
    writeKey(id: string, pem: string): void {
      const hash = createHash('sha256').update(pem).digest('hex')
      const path = keyFile(id, hash)
      if (readOrEmpty(path) !== pem) writeAtomically(path, pem, { mode: 0o600, ...(owner && { owner }) })
    },

    /** True where the file of a key holds the bytes that its entry names. */
    hasKey: (id: string, entry: string): boolean =>
      createHash('sha256')
        .update(readOrEmpty(keyFile(id, entry)))
        .digest('hex') === readKeyEntry(entry).hash,

    /**
     * Puts the tables into the state at `step`. In between the key table holds old and new rows, so that whichever
     * signing table a daemon starts with finds its keys.
     */
    writeTables(store: Store, step: number): void {
      const { keyTable, signingTable, signingTableEd25519 } = tablesAt(store, step)
      const union = [...new Map([...rowsById(readOrEmpty(paths.keyTable)), ...rowsById(keyTable)]).values()]
      writeTable(paths.keyTable, union.sort().join(''))
      writeTable(paths.signingTable, signingTable)
      writeTable(paths.signingTableEd25519, signingTableEd25519)
      writeTable(paths.keyTable, keyTable)
    },

    /** Compares the tables with the store and writes them where they differ; true when it had to. */
    repair(store: Store): boolean {
      const { keyTable, signingTable, signingTableEd25519 } = tablesAt(store, -1)
      const written = [
        writeTable(paths.keyTable, keyTable),
        writeTable(paths.signingTable, signingTable),
        writeTable(paths.signingTableEd25519, signingTableEd25519),
      ]
      return written.includes(true)
    },

    /** Removes key files that no entry names any more. */
    sweep(store: Store): void {
      const named = new Set([...store.each('dkim/keys')].map(({ key, value }) => keyFileName(key, value)))
      for (const file of readdirSync(paths.dkimKeys))
        if (file.endsWith('.pem') && !named.has(file)) rmSync(join(paths.dkimKeys, file))
    },
  }
}
export type SigningFiles = ReturnType<typeof createSigningFiles>

function rowsById(text: string): [id: string, row: string][] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((row) => [row.slice(0, row.indexOf(' ')), `${row}\n`])
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
