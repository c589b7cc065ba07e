import 'server-only'
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import { env } from '@/lib/env'

/**
 * Secrets that only the worker may read (keys, tokens, credentials of providers and probes): anybody who has the public
 * half seals, only the process with POSTHOUSE_WORKER_SECRET opens. X25519 with a key of its own a message, HKDF-SHA256,
 * AES-256-GCM; the text is bound to `context` (model, id and field), so a sealed value moved to another row does not open.
 */

const VERSION = 'w1'
// Fixed DER heads of a raw X25519 key (RFC 8410 §4, §7).
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex')

function workerPrivateKey(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'posthouse worker x25519', 32))
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32)
}

/** The worker's public key (base64url of 32 raw bytes) that belongs to a worker secret. */
export function workerPublicKey(secret: string): string {
  return rawPublic(createPublicKey(workerPrivateKey(secret))).toString('base64url')
}

function publicKey(): KeyObject {
  const { POSTHOUSE_WORKER_PUBLIC_KEY: given, POSTHOUSE_WORKER_SECRET: secret } = env()
  const raw = given ?? (secret && workerPublicKey(secret))
  if (!raw) throw new Error('POSTHOUSE_WORKER_PUBLIC_KEY is not set: secrets cannot be sealed to the worker')
  return createPublicKey({
    key: Buffer.concat([SPKI_HEAD, Buffer.from(raw, 'base64url')]),
    format: 'der',
    type: 'spki',
  })
}

function messageKey(shared: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer {
  return Buffer.from(
    hkdfSync('sha256', shared, Buffer.concat([ephemeral, recipient]), 'posthouse sealed to worker', 32),
  )
}

/** Seals UTF-8 `text`, bound to `context` such as `Node/<id>/agentToken`. Returns `w1.<key>.<iv>.<tag>.<text>`, base64url. */
export function sealForWorker(text: string, context: string): string {
  const recipient = publicKey()
  const own = generateKeyPairSync('x25519')
  const ephemeral = rawPublic(own.publicKey)
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: recipient })
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', messageKey(shared, ephemeral, rawPublic(recipient)), iv)
  cipher.setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [VERSION, ...[ephemeral, iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.')
}

/** Opens what {@link sealForWorker} sealed. Throws where this process has no worker secret, or another one, or another context. */
export function openAsWorker(sealed: string, context: string): string {
  const secret = env().POSTHOUSE_WORKER_SECRET
  if (!secret) throw new Error('POSTHOUSE_WORKER_SECRET is not set: only the worker opens secrets')
  const [version, ...parts] = sealed.split('.')
  const [ephemeral, iv, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'))
  if (version !== VERSION || !ephemeral || !iv || !tag || !text)
    throw new Error(`sealed value of ${context} is malformed`)
  const privateKey = workerPrivateKey(secret)
  const sender = createPublicKey({ key: Buffer.concat([SPKI_HEAD, ephemeral]), format: 'der', type: 'spki' })
  const shared = diffieHellman({ privateKey, publicKey: sender })
  const key = messageKey(shared, ephemeral, rawPublic(createPublicKey(privateKey)))
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new Error(`sealed value of ${context} does not open with this worker secret`, { cause })
  }
}
