import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Algorithm } from '@/lib/dkim/algorithm'

const generate = promisify(generateKeyPair)
/** What RFC 8301 §3.2 asks signers for. */
const RSA_BITS = 2048
/** What verifiers take (RFC 8301 §3.2). */
const LEAST_RSA_BITS = 1024
const MOST_RSA_BITS = 4096
/** An Ed25519 key's 32 octets. */
const ED25519_OCTETS = 32

/**
 * A pair as it is stored: `publicKey` as in `p=` (base64; of RSA the SubjectPublicKeyInfo, of Ed25519 the 32 octets, RFC
 * 8463 §4.2), `privateKey` PEM (PKCS #8), `hash` the SHA-256 of the PEM in hex.
 */
export interface KeyPair {
  algorithm: Algorithm
  publicKey: string
  privateKey: string
  hash: string
  bits: number
}

/** SHA-256 of a PEM, hex: how releases and nodes name a key. */
export function keyHash(pem: string): string {
  return createHash('sha256').update(pem).digest('hex')
}

/** What the sealed private key of a row is bound to. */
export function privateKeyContext(keyId: string): string {
  return `DkimKey/${keyId}/privateKey`
}

/** The `p=` value of a key (RFC 6376 §3.6.1, RFC 8463 §4.2). */
function publicText(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return (key.asymmetricKeyType === 'ed25519' ? spki.subarray(-ED25519_OCTETS) : spki).toString('base64')
}

function pairOf(key: KeyObject): KeyPair {
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const isEd25519 = key.asymmetricKeyType === 'ed25519'
  return {
    algorithm: isEd25519 ? 'ed25519-sha256' : 'rsa-sha256',
    publicKey: publicText(key),
    privateKey,
    hash: keyHash(privateKey),
    bits: isEd25519 ? ED25519_OCTETS * 8 : (key.asymmetricKeyDetails?.modulusLength ?? 0),
  }
}

/** Makes a pair off the main thread. Only the worker calls it: the private part never exists anywhere else unsealed. */
export async function generatePair(algorithm: Algorithm): Promise<KeyPair> {
  const { privateKey } =
    algorithm === 'ed25519-sha256' ? await generate('ed25519') : await generate('rsa', { modulusLength: RSA_BITS })
  return pairOf(privateKey)
}

/** The `p=` value that belongs to a PEM. Throws where it is no private key. */
export function publicKeyOf(pem: string): string {
  return publicText(createPrivateKey(pem))
}

/** Why a text is no key that can sign: codes of messages. */
export const KEY_REFUSALS = [
  'dkim.pemMissing',
  'dkim.pemEncrypted',
  'dkim.pemKind',
  'dkim.pemBits',
  'dkim.pemBroken',
] as const

/** `bits` of an RSA key that is too short or too long. */
export interface RefusedKey {
  refused: (typeof KEY_REFUSALS)[number]
  bits: number
}

const refuse = (refused: RefusedKey['refused'], bits = 0): RefusedKey => ({ refused, bits })

function parsePrivate(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem)
  } catch {
    // Whatever OpenSSL says of it may quote it: nobody is told.
    return null
  }
}

/** A damaged key would sign, and nobody could verify it. */
function canSign(key: KeyObject): boolean {
  const text = Buffer.from('a message')
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  try {
    return verify(digest, text, createPublicKey(key), sign(digest, text, key))
  } catch {
    return false
  }
}

/**
 * Reads a private key that somebody brings along: one PEM block, PKCS #1 or PKCS #8, not encrypted; RSA of 1024 to 4096
 * bits or Ed25519. The pair comes out in our own form, whatever its was.
 */
export function readPrivateKey(text: string): KeyPair | RefusedKey {
  const pem = text.replaceAll('\r\n', '\n').trim()
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type:.*ENCRYPTED/m.test(pem)) return refuse('dkim.pemEncrypted')
  const key = /^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^-]*-----END [A-Z ]*PRIVATE KEY-----$/.test(pem)
    ? parsePrivate(pem)
    : null
  if (!key) return refuse('dkim.pemMissing')
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ed25519') return refuse('dkim.pemKind')
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType === 'rsa' && (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS))
    return refuse('dkim.pemBits', bits)
  return canSign(key) ? pairOf(key) : refuse('dkim.pemBroken')
}
