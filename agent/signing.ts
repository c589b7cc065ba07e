import { createHash, createPrivateKey } from 'node:crypto'
import { Refusal } from './refusal'

export const SIGNING_MAPS = ['dkim/keys', 'dkim/keytable', 'dkim/signingtable', 'dkim/signingtable-ed25519'] as const

export function isSigningMap(map: string): boolean {
  return (SIGNING_MAPS as readonly string[]).includes(map)
}

/** RFC 8301 §3.2: verifiers need not take a shorter one. */
const LEAST_RSA_BITS = 1024

export type KeyKind = 'rsa' | 'ed25519'

/** What an entry of `dkim/keys` says: the kind of the key and the SHA-256 of its PEM. */
export function readKeyEntry(value: string): { kind: KeyKind; hash: string } {
  const hash = value.replace(/^ed25519:/, '')
  return { kind: hash === value ? 'rsa' : 'ed25519', hash }
}

/**
 * What is wrong with a private key, or null: it must be the one that its entry names by SHA-256, of the kind that the
 * entry says (a signing daemon has one algorithm, MAIL rule 4), one PEM block, RSA of at least 1024 bits.
 */
export function refuseKey(id: string, pem: string, entry: string): string | null {
  const { kind, hash } = readKeyEntry(entry)
  if (createHash('sha256').update(pem).digest('hex') !== hash) return `key ${id} is not the one that its entry names`
  if (!/^-----BEGIN (RSA )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END (RSA )?PRIVATE KEY-----\n?$/.test(pem))
    return `key ${id} is not one PEM block of a private key`
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType !== kind)
      return `key ${id} is ${key.asymmetricKeyType ?? 'of no kind'}, its entry says ${kind}`
    if (kind === 'ed25519') return null
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    return bits < LEAST_RSA_BITS ? `key ${id} has ${bits} bits, fewer than ${LEAST_RSA_BITS}` : null
  } catch (error) {
    return `key ${id} cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

export interface SigningState {
  /** Key id to what `dkim/keys` says of it. */
  keys: ReadonlyMap<string, string>
  /** Key id to `domain:selector`. */
  keyTable: ReadonlyMap<string, string>
  /** `*@domain` to key id, by the kind of key that the daemon signs with. */
  signingTables: Readonly<Record<KeyKind, ReadonlyMap<string, string>>>
}

/** What does not hang together in one domain's signing lines, or null: OpenDKIM itself would find it out by 451. */
export function refuseSigning({ keys, keyTable, signingTables }: SigningState): string | null {
  for (const id of keyTable.keys()) if (!keys.has(id)) return `dkim/keytable names key ${id}, which is not in dkim/keys`
  for (const kind of ['rsa', 'ed25519'] as const)
    for (const [pattern, id] of signingTables[kind]) {
      if (!keyTable.has(id))
        return `the ${kind} signing table names ${id} for ${pattern}, which is not in dkim/keytable`
      const found = readKeyEntry(keys.get(id) ?? '').kind
      if (found !== kind) return `the ${kind} signing table names ${id} for ${pattern}, which is ${found}`
    }
  return null
}

/** A key file's name holds the hash of its bytes: a file never changes, so putting an old state back needs no bytes. */
export function keyFileName(id: string, entry: string): string {
  return `${id}-${readKeyEntry(entry).hash.slice(0, 16)}.pem`
}

interface Line {
  key: string
  value: string
}

/**
 * OpenDKIM's KeyTable (opendkim.conf(5)): `id domain:selector:file`, sorted. Throws a Refusal where two domains hold the
 * same id. A line whose key is unknown names a file that is not there, so that its mail is deferred and never unsigned.
 */
export function renderKeyTable(lines: Iterable<Line>, entries: ReadonlyMap<string, string>, keyDir: string): string {
  const rows = new Map<string, string>()
  for (const { key, value } of lines) {
    if (rows.has(key)) throw new Refusal(`dkim/keytable: two domains hold key ${key}`)
    rows.set(key, `${key} ${value}:${keyDir}/${keyFileName(key, entries.get(key) ?? 'missing')}\n`)
  }
  return [...rows.values()].sort().join('')
}

/** OpenDKIM's SigningTable for `refile:`: `*@domain id`, sorted. */
export function renderSigningTable(lines: Iterable<Line>): string {
  return [...lines]
    .map(({ key, value }) => `${key} ${value}\n`)
    .sort()
    .join('')
}
