import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync } from 'node:fs'
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
