import { createPrivateKey, createPublicKey, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MADE = ['POSTHOUSE_SECRET', 'POSTHOUSE_WORKER_SECRET', 'databasePassword']

/**
 * The secrets of this installation, made at the first start: `<state>/secrets.json`, readable by its owner alone.
 * Values: 32 random bytes each, base64url.
 */
export function readSecrets(state) {
  const file = join(state, 'secrets.json')
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const missing = MADE.filter((name) => !known[name])
  if (missing.length === 0) return known
  const all = { ...known, ...Object.fromEntries(missing.map((name) => [name, randomBytes(32).toString('base64url')])) }
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
  renameSync(unfinished, file)
  return all
}

/**
 * The public half (base64url of 32 raw bytes) of the worker's X25519 key, for the panel, which seals to it and must not
 * know the secret. The same derivation as in lib/secrets/seal.ts; a test compares the two.
 */
export function workerPublicKey(secret) {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'posthouse worker x25519', 32))
  // The fixed head of a raw X25519 key in DER (RFC 8410 section 7).
  const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), seed])
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url')
}
