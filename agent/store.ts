import { DatabaseSync } from 'node:sqlite'
import { EMPTY_HASH, updateHash } from '@/lib/agent-protocol/hash'

/** One line of one map changing: null is "not there". */
export interface Operation {
  map: string
  domain: string
  key: string
  before: string | null
  after: string | null
}

export interface IntentOperation extends Operation {
  /** Index into the legal order of steps. */
  step: number
}

export interface Position {
  epoch: number
  release: string
  auditHead: string
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entries (
    map TEXT NOT NULL, domain TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (map, domain, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS map_hash (
    map TEXT NOT NULL, domain TEXT NOT NULL, hash TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (map, domain)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS intent (
    step INTEGER NOT NULL, map TEXT NOT NULL, domain TEXT NOT NULL, key TEXT NOT NULL, before TEXT, after TEXT,
    PRIMARY KEY (map, domain, key)) WITHOUT ROWID;
`

/** What the node holds, in one SQLite file: each commit is on the disk when the call returns. */
export type Store = ReturnType<typeof openStore>

/** Opens (or makes) the store at `path`; throws where the file is not one, or where another agent holds it ("locked"). */
export function openStore(path: string) {
  const db = new DatabaseSync(path, { timeout: 5_000 })
  // Exclusive: a second agent on the same node ends here, after 5 s of waiting for the first to end.
  db.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;',
  )
  db.exec(SCHEMA)

  const sql = {
    get: db.prepare('SELECT value FROM entries WHERE map = ? AND domain = ? AND key = ?'),
    ofDomain: db.prepare('SELECT key, value FROM entries WHERE map = ? AND domain = ? ORDER BY key'),
    ofMap: db.prepare('SELECT domain, key, value FROM entries WHERE map = ?'),
    put: db.prepare('INSERT OR REPLACE INTO entries (map, domain, key, value) VALUES (?, ?, ?, ?)'),
    remove: db.prepare('DELETE FROM entries WHERE map = ? AND domain = ? AND key = ?'),
    others: db.prepare('SELECT domain FROM entries WHERE map = ? AND key = ? AND domain <> ? LIMIT 1'),
    hash: db.prepare('SELECT hash, count FROM map_hash WHERE map = ? AND domain = ?'),
    hashes: db.prepare('SELECT map, domain, hash FROM map_hash ORDER BY map, domain'),
    hashesOfMap: db.prepare('SELECT hash, count FROM map_hash WHERE map = ?'),
    putHash: db.prepare('INSERT OR REPLACE INTO map_hash (map, domain, hash, count) VALUES (?, ?, ?, ?)'),
    removeHash: db.prepare('DELETE FROM map_hash WHERE map = ? AND domain = ?'),
    meta: db.prepare('SELECT value FROM meta WHERE name = ?'),
    putMeta: db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)'),
    intent: db.prepare('SELECT step, map, domain, key, before, after FROM intent ORDER BY step, map, domain, key'),
    putIntent: db.prepare('INSERT INTO intent (step, map, domain, key, before, after) VALUES (?, ?, ?, ?, ?, ?)'),
    overlay: db.prepare(`
      SELECT e.key AS key, e.value AS value FROM entries e WHERE e.map = ?1 AND NOT EXISTS
        (SELECT 1 FROM intent i WHERE i.map = e.map AND i.domain = e.domain AND i.key = e.key AND i.step <= ?2)
      UNION ALL SELECT key, after FROM intent WHERE map = ?1 AND step <= ?2 AND after IS NOT NULL`),
  }

  function transaction<T>(work: () => T): T {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      db.exec('COMMIT')
      return result
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }

  function hashOf(map: string, domain: string): { hash: string; count: number } {
    const row = sql.hash.get(map, domain)
    return row ? { hash: String(row.hash), count: Number(row.count) } : { hash: EMPTY_HASH, count: 0 }
  }

  function write(operations: readonly Operation[]): void {
    for (const [, group] of Map.groupBy(operations, (one) => `${one.map} ${one.domain}`)) {
      const [first] = group
      if (!first) continue
      const { map, domain } = first
      const old = hashOf(map, domain)
      let { count } = old
      for (const { key, before, after } of group) {
        if (after === null) sql.remove.run(map, domain, key)
        else sql.put.run(map, domain, key, after)
        count += (after === null ? 0 : 1) - (before === null ? 0 : 1)
      }
      if (count === 0) sql.removeHash.run(map, domain)
      else sql.putHash.run(map, domain, updateHash(old.hash, group), count)
    }
  }

  const meta = (name: string, fallback: string): string => {
    const row = sql.meta.get(name)
    return row ? String(row.value) : fallback
  }

  return {
    /** The value of one entry, null where there is none. */
    get: (map: string, domain: string, key: string): string | null => {
      const row = sql.get.get(map, domain, key)
      return row ? String(row.value) : null
    },
    /** All entries of a (map, domain), by key. */
    entriesOf: (map: string, domain: string): Map<string, string> =>
      new Map(sql.ofDomain.all(map, domain).map((row) => [String(row.key), String(row.value)])),
    /** Every entry of a map, one at a time. */
    *each(map: string): Generator<{ domain: string; key: string; value: string }> {
      for (const row of sql.ofMap.iterate(map))
        yield { domain: String(row.domain), key: String(row.key), value: String(row.value) }
    },
    /** A map as it is when the open intent has been carried out up to and with `step` (-1: not at all). */
    *eachAt(map: string, step: number): Generator<{ key: string; value: string }> {
      for (const row of sql.overlay.iterate(map, step)) yield { key: String(row.key), value: String(row.value) }
    },
    /** Another domain that holds `key` in this map, null where there is none. */
    otherHolder: (map: string, key: string, domain: string): string | null => {
      const row = sql.others.get(map, key, domain)
      return row ? String(row.domain) : null
    },
    hashOf,
    /** Hash and number of entries of a whole map: the hash of a union of domains is the sum of theirs. */
    totalOf: (map: string): { hash: string; count: number } => {
      let sum = 0n
      let count = 0
      for (const row of sql.hashesOfMap.iterate(map)) {
        sum += BigInt(`0x${String(row.hash)}`)
        count += Number(row.count)
      }
      return { hash: (sum & ((1n << 256n) - 1n)).toString(16).padStart(64, '0'), count }
    },
    hashes: (): [map: string, domain: string, hash: string][] =>
      sql.hashes.all().map((row) => [String(row.map), String(row.domain), String(row.hash)]),

    /** Writes down what is about to be done; on the disk when this returns. */
    openIntent: (operations: readonly IntentOperation[], flags: readonly string[]): void =>
      transaction(() => {
        for (const { step, map, domain, key, before, after } of operations)
          sql.putIntent.run(step, map, domain, key, before, after)
        for (const flag of flags) sql.putMeta.run(flag, '1')
      }),
    /** What was about to be done, in order; empty where nothing is open. */
    intent: (): IntentOperation[] =>
      sql.intent.all().map((row) => ({
        step: Number(row.step),
        map: String(row.map),
        domain: String(row.domain),
        key: String(row.key),
        before: row.before === null ? null : String(row.before),
        after: row.after === null ? null : String(row.after),
      })),
    /** The intent has been carried out: its new values become the node's entries. */
    commitIntent: (operations: readonly Operation[]): void =>
      transaction(() => {
        write(operations)
        db.exec('DELETE FROM intent')
      }),
    /** The intent has been undone. */
    dropIntent: (): void => db.exec('DELETE FROM intent'),
    /** Forgets entries whose files are lost, so that the hashes ask the worker for them. */
    forget: (operations: readonly Operation[]): void => transaction(() => write(operations)),

    position: (): Position => ({
      epoch: Number(meta('epoch', '0')),
      release: meta('release', '0'),
      auditHead: meta('auditHead', ''),
    }),
    setPosition: (position: Position): void =>
      transaction(() => {
        sql.putMeta.run('epoch', String(position.epoch))
        sql.putMeta.run('release', position.release)
        sql.putMeta.run('auditHead', position.auditHead)
      }),
    /** Text kept by name: the token's hash, pending reloads. */
    note: (name: string): string | null => meta(name, '') || null,
    setNote: (name: string, value: string): void => void sql.putMeta.run(name, value),
    close: (): void => db.close(),
  }
}
