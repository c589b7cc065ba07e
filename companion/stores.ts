import { chmodSync, chownSync, existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { NodeConfig, NodePaths } from '@/lib/agent-protocol/node-config'
import { accountIds } from './accounts'
import { runCommand } from './command'
import { ensureFolder } from './files'

export const POSTFIX_MAPS = ['domains', 'mailboxes', 'aliases', 'senders', 'access', 'homes'] as const
export type PostfixMap = (typeof POSTFIX_MAPS)[number]

const TABLES = `
  CREATE TABLE IF NOT EXISTS users (
    address TEXT PRIMARY KEY, domain TEXT NOT NULL, home TEXT NOT NULL, format TEXT NOT NULL,
    quota_bytes INTEGER NOT NULL, services TEXT NOT NULL, password TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS users_domain ON users (domain);
  CREATE TABLE IF NOT EXISTS credentials (
    login TEXT PRIMARY KEY, domain TEXT NOT NULL, address TEXT NOT NULL, services TEXT NOT NULL, password TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS credentials_domain ON credentials (domain);
`

/**
 * Makes the stores that the agent writes and the daemons read where they are missing: empty lmdb maps and OpenDKIM
 * tables (role smtp), the SQLite file of users. Never changes what is there.
 */
export async function ensureStores(config: NodeConfig, paths: NodePaths): Promise<void> {
  if (config.roles.includes('smtp')) {
    const { gid } = accountIds('opendkim')
    ensureFolder(paths.maps, 0o755)
    ensureFolder(dirname(paths.keyTable), 0o750, 0, gid)
    ensureFolder(paths.dkimKeys, 0o750, 0, gid)
    for (const table of [paths.keyTable, paths.signingTable, paths.signingTableEd25519]) {
      if (existsSync(table)) continue
      writeFileSync(table, '')
      chownSync(table, 0, gid)
      chmodSync(table, 0o640)
    }
    const missing = POSTFIX_MAPS.filter((map) => !existsSync(join(paths.maps, `${map}.lmdb`)))
    await Promise.all(missing.map((map) => putMapEntries(paths, map, {})))
  }
  const { gid } = accountIds('dovecot')
  ensureFolder(dirname(paths.users), 0o2770, 0, gid)
  if (existsSync(paths.users)) return
  const database = new DatabaseSync(paths.users)
  database.exec(TABLES)
  database.close()
  chownSync(paths.users, 0, gid)
  chmodSync(paths.users, 0o660)
}

/** Puts entries into one lmdb map of Postfix, in place and by Postfix's own program. Keys and values hold no line ends. */
export async function putMapEntries(
  paths: NodePaths,
  map: PostfixMap,
  entries: Readonly<Record<string, string>>,
): Promise<void> {
  const input = Object.entries(entries)
    .map(([key, value]) => `${key} ${value}\n`)
    .join('')
  await runCommand('postmap', ['-c', paths.postfix, '-r', '-i', `lmdb:${join(paths.maps, map)}`], { input })
}
