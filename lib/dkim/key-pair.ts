import { createHash, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'

const generate = promisify(generateKeyPair)
/** What RFC 8301 §3.2 asks signers for. */
const BITS = 2048

/** A pair as it is stored: `publicKey` as in `p=` (base64 of the SubjectPublicKeyInfo), `privateKey` PEM (PKCS #8), `hash` the SHA-256 of the PEM in hex. */
export interface KeyPair {
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

/** Makes an RSA pair off the main thread. Only the worker calls it: the private part never exists anywhere else unsealed. */
export async function generateRsaPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: BITS })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKey: pem,
    hash: keyHash(pem),
    bits: BITS,
  }
}

/** The `p=` value that belongs to a PEM. Throws where it is no private key. */
export function publicKeyOf(pem: string): string {
  return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }).toString('base64')
}
