import { createHash, randomBytes, timingSafeEqual, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { encodePairingCode } from '@/lib/agent-protocol/messages'
import type { Agent } from './agent'
import { writeAtomically } from './files'
import { runClean } from './programs'

const TOKEN_NOTE = 'token:sha256'
const TOKEN_BYTES = 32
const CERTIFICATE_DAYS = 3_650

export interface Identity {
  /** PEM. */
  certificate: string
  privateKey: string
  /** Whether an Authorization header holds the token; takes the same time for every wrong one. */
  isAuthorized: (header: string | undefined) => boolean
}

/**
 * The certificate and the token that a node proves itself and knows the worker by. Made at the first start, when the
 * pairing code (certificate's fingerprint and token, once) is left in a file of mode 0600; the store keeps the token's
 * SHA-256 alone.
 */
export async function loadIdentity(agent: Agent): Promise<Identity> {
  const { store, paths } = agent
  const certificateFile = join(paths.agent, 'certificate.pem')
  const keyFile = join(paths.agent, 'certificate-key.pem')
  if (!existsSync(certificateFile) || !existsSync(keyFile)) await makeCertificate(agent, certificateFile, keyFile)
  const certificate = readFileSync(certificateFile, 'utf8')

  if (store.note(TOKEN_NOTE) === null) {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    writeAtomically(paths.pairingCode, `${pairingCodeOf(agent, certificate, token)}\n`, { mode: 0o600 })
    store.setNote(TOKEN_NOTE, sha256(token).toString('hex'))
  }
  const wanted = Buffer.from(store.note(TOKEN_NOTE) ?? '', 'hex')
  return {
    certificate,
    privateKey: readFileSync(keyFile, 'utf8'),
    isAuthorized: (header) => {
      const [, token] = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(header ?? '') ?? []
      return timingSafeEqual(sha256(token ?? ''), wanted) && token !== undefined
    },
  }
}

/** SHA-256 of a certificate in DER, lower-case hex. */
export function fingerprintOf(certificate: string): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex')
}

async function makeCertificate({ config }: Agent, certificateFile: string, keyFile: string): Promise<void> {
  const host = config.listen.agent?.host ?? config.hostName
  const names = [...new Set([config.hostName, host])].map((name) => (isIP(name) ? `IP:${name}` : `DNS:${name}`))
  const beside = `${certificateFile}.next`
  await runClean(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-sha256', '-days', String(CERTIFICATE_DAYS),
      '-subj', `/CN=${config.name}`, '-addext', `subjectAltName=${names.join(',')}`, '-keyout', keyFile, '-out', beside], // prettier-ignore
    { areWordsFine: true },
  )
  // The key is there before the certificate is: a start that was cut short makes both anew.
  renameSync(beside, certificateFile)
}

function pairingCodeOf({ config }: Agent, certificate: string, token: string): string {
  const reachable = (host: string) => (host === '0.0.0.0' || host === '::' ? config.hostName : host)
  const at = ({ host, port }: { host: string; port: number }) =>
    isIP(host) === 6 && host !== '::' ? `[${host}]:${port}` : `${reachable(host)}:${port}`
  const { agent, ...services } = config.listen
  if (!agent) throw new Error('node.json: listen.agent is missing')
  return encodePairingCode({
    name: config.name,
    roles: config.roles,
    hostName: config.hostName,
    url: `https://${at(agent)}`,
    fingerprint: fingerprintOf(certificate),
    token,
    services: Object.fromEntries(Object.entries(services).map(([name, place]) => [name, at(place)])),
    publicAddresses: config.publicAddresses,
  })
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()
