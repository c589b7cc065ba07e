import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createHash } from 'node:crypto'
import { credentialValue, userValue } from '@/lib/agent-protocol/maps'
import { Refusal } from './refusal'
import type { Operation } from './store'

export const USER_MAPS = ['imap/users', 'imap/credentials'] as const
type UserMap = (typeof USER_MAPS)[number]

export function isUserMap(map: string): map is UserMap {
  return (USER_MAPS as readonly string[]).includes(map)
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS users (
    address TEXT PRIMARY KEY, domain TEXT NOT NULL, home TEXT NOT NULL, format TEXT NOT NULL,
    quota_bytes INTEGER NOT NULL, services TEXT NOT NULL, password TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS credentials (
    login TEXT PRIMARY KEY, domain TEXT NOT NULL, address TEXT NOT NULL,
    services TEXT NOT NULL, password TEXT NOT NULL) WITHOUT ROWID;
`

/** `,imap,lmtp,`: a service is looked for with a comma on either side, so that none is part of another. */
const servicesText = (services: readonly string[]) => `,${services.map((service) => `${service},`).join('')}`

/** The columns of one line in the order of its table; throws where the value is not what the map holds. */
export function userRow(map: UserMap, domain: string, key: string, value: string): (string | number | null)[] {
  if (map === 'imap/users') {
    const { home, format, quotaBytes, services, password } = userValue.parse(JSON.parse(value))
    return [key, domain, home, format, quotaBytes, servicesText(services), password]
  }
  const { user, services, password } = credentialValue.parse(JSON.parse(value))
  return [key, domain, user, servicesText(services), password]
}

const digest = (row: readonly unknown[]) => createHash('sha256').update(JSON.stringify(row)).digest()

/**
 * All that Dovecot knows of users, in one SQLite file with a rollback journal: a reader that finds the journal of a
 * writer that was killed rolls it back, hence file and folder belong to Dovecot's group (`owner`, null in tests without
 * Dovecot).
 */
export function openUsersFile(path: string, owner: { gid: number } | null) {
  const dir = dirname(path)
  mkdirSync(dir, { recursive: true })
  const db = new DatabaseSync(path, { timeout: 5_000 })
  db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;')
  db.exec(SCHEMA)
  if (owner) {
    chownSync(dir, 0, owner.gid)
    chownSync(path, 0, owner.gid)
  }
  chmodSync(dir, 0o2770)
  chmodSync(path, 0o660)

  const sql = {
    'imap/users': {
      put: db.prepare('INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?, ?, ?)'),
      remove: db.prepare('DELETE FROM users WHERE address = ?'),
      get: db.prepare('SELECT * FROM users WHERE address = ?'),
      all: db.prepare('SELECT * FROM users ORDER BY address'),
      clear: 'DELETE FROM users',
    },
    'imap/credentials': {
      put: db.prepare('INSERT OR REPLACE INTO credentials VALUES (?, ?, ?, ?, ?)'),
      remove: db.prepare('DELETE FROM credentials WHERE login = ?'),
      get: db.prepare('SELECT * FROM credentials WHERE login = ?'),
      all: db.prepare('SELECT * FROM credentials ORDER BY login'),
      clear: 'DELETE FROM credentials',
    },
  } as const

  function transaction(work: () => void): void {
    db.exec('BEGIN IMMEDIATE')
    try {
      work()
      db.exec('COMMIT')
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }

  return {
    /** Brings the lines to their `after`, all or none. */
    apply(changes: readonly Pick<Operation, 'map' | 'domain' | 'key' | 'after'>[]): void {
      if (changes.length === 0) return
      transaction(() => {
        for (const { map, domain, key, after } of changes) {
          if (!isUserMap(map)) throw new Error(`${map} is not a map of users`)
          if (after === null) sql[map].remove.run(key)
          else sql[map].put.run(...userRow(map, domain, key, after))
        }
      })
    },

    /** Reads lines back; throws a Refusal for the first that is not what it should be. */
    verify(changes: readonly Pick<Operation, 'map' | 'domain' | 'key' | 'after'>[]): void {
      for (const { map, domain, key, after } of changes) {
        if (!isUserMap(map)) throw new Error(`${map} is not a map of users`)
        const row = sql[map].get.get(key)
        const found = row ? JSON.stringify(Object.values(row)) : null
        const wanted = after === null ? null : JSON.stringify(userRow(map, domain, key, after))
        if (found !== wanted) throw new Refusal(`${map}: the row of ${key} does not read back as it was written`)
      }
    },

    /**
     * Compares a table with what it should hold and writes it anew, in one transaction, where they differ. True when
     * it had to.
     */
    repair(map: UserMap, lines: () => Iterable<{ domain: string; key: string; value: string }>): boolean {
      let wanted = 0n
      let found = 0n
      for (const { domain, key, value } of lines())
        wanted += BigInt(`0x${digest(userRow(map, domain, key, value)).toString('hex')}`)
      for (const row of sql[map].all.iterate()) found += BigInt(`0x${digest(Object.values(row)).toString('hex')}`)
      if (wanted === found) return false
      transaction(() => {
        db.exec(sql[map].clear)
        for (const { domain, key, value } of lines()) sql[map].put.run(...userRow(map, domain, key, value))
      })
      return true
    },

    close: (): void => db.close(),
  }
}
export type UsersFile = ReturnType<typeof openUsersFile>
