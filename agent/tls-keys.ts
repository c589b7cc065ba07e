import { createHash, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsKeys } from '@/lib/agent-protocol/messages'
import type { Log } from './log'

/**
 * What TLSA records say of a node (RFC 7671 §5.1): the key of the certificate in `folder` that Postfix serves, and the
 * next one, of which the private part stays here. A file that cannot be read is logged and counts as none.
 */
export function tlsKeys(folder: string, log: Log): TlsKeys {
  const digest = (name: string, publicKeyIn: (pem: Buffer) => KeyObject) =>
    keyDigest(join(folder, name), publicKeyIn, log)
  return {
    served: digest('cert.pem', (pem) => new X509Certificate(pem).publicKey),
    next: digest('next-key.pem', createPublicKey),
  }
}

function keyDigest(file: string, publicKeyIn: (pem: Buffer) => KeyObject, log: Log): string | null {
  try {
    const spki = publicKeyIn(readFileSync(file)).export({ type: 'spki', format: 'der' })
    return createHash('sha256').update(spki).digest('hex')
  } catch (error) {
    // A next key is made by the administrator's renewal or at the next start.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    log('error', 'tls key unreadable', { file, words: String(error) })
    return null
  }
}
