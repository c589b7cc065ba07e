import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command'
import { ensureFolder } from './files'

/**
 * Makes a self-signed certificate for `hostName` in `folder` (`cert.pem`, `key.pem`) where there is none; one that an
 * administrator put there is left alone. Returns its SHA-256 fingerprint as `AA:BB:…`.
 */
export async function ensureCertificate(folder: string, hostName: string): Promise<string> {
  const cert = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  if (!existsSync(cert) || !existsSync(key)) {
    ensureFolder(folder, 0o755)
    const subject = ['-subj', `/CN=${hostName}`, '-addext', `subjectAltName=DNS:${hostName}`]
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650']
    await runCommand('openssl', ['req', '-x509', ...made, ...subject, '-keyout', `${key}.new`, '-out', `${cert}.new`])
    chmodSync(`${key}.new`, 0o600)
    chmodSync(`${cert}.new`, 0o644)
    renameSync(`${key}.new`, key)
    renameSync(`${cert}.new`, cert)
  }
  return new X509Certificate(readFileSync(cert)).fingerprint256
}

/**
 * Makes the key for the certificate after the served one (`next-key.pem`, P-256, only root reads it) in `folder` where
 * there is none, so that DNS can announce it before it is used (RFC 7671 §8.1).
 */
export function ensureNextKey(folder: string): void {
  const file = join(folder, 'next-key.pem')
  if (existsSync(file)) return
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(`${file}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  chmodSync(`${file}.new`, 0o600)
  renameSync(`${file}.new`, file)
}
