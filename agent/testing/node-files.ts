import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nodePaths } from '@/lib/agent-protocol/node-config'

/** Everything the daemons of a node would read, as text by key. */
export interface NodeFiles {
  maps: Record<'domains' | 'mailboxes' | 'aliases' | 'senders' | 'access' | 'homes', Map<string, string>>
  users: Map<string, string>
  credentials: Map<string, string>
  /** Key id to `domain:selector:file`. */
  keyTable: Map<string, string>
  signingTable: Map<string, string>
}

function dump(dir: string, name: string): Map<string, string> {
  const text = execFileSync(
    '/usr/sbin/postmap',
    ['-c', join(dir, 'agent', 'postmap'), '-s', `lmdb:${join(nodePaths(dir).maps, name)}`],
    {
      encoding: 'utf8',
    },
  )
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string]),
  )
}

function table(path: string): Map<string, string> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  )
}

/** Reads a node's files by the programs that own them, not by the agent's code. */
export function readNodeFiles(dir: string): NodeFiles {
  const paths = nodePaths(dir)
  const db = new DatabaseSync(paths.users)
  const rows = (sql: string, key: string) =>
    new Map(
      db
        .prepare(sql)
        .all()
        .map((row) => [String(row[key]), JSON.stringify(row)]),
    )
  try {
    return {
      maps: {
        domains: dump(dir, 'domains'),
        mailboxes: dump(dir, 'mailboxes'),
        aliases: dump(dir, 'aliases'),
        senders: dump(dir, 'senders'),
        access: dump(dir, 'access'),
        homes: dump(dir, 'homes'),
      },
      users: rows('SELECT * FROM users ORDER BY address', 'address'),
      credentials: rows('SELECT * FROM credentials ORDER BY login', 'login'),
      keyTable: table(paths.keyTable),
      signingTable: table(paths.signingTable),
    }
  } finally {
    db.close()
  }
}
