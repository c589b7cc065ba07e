import type { KeyObject, X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { SeenCertificate, SeenTls } from '@/lib/checks/world'

const CURVE_BITS: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 }

function bitsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): number {
  if (asymmetricKeyType === 'ed25519') return 256
  if (asymmetricKeyType === 'ed448') return 448
  return asymmetricKeyDetails?.modulusLength ?? CURVE_BITS[asymmetricKeyDetails?.namedCurve ?? ''] ?? 0
}

/** A certificate's facts; `distrust` is the TLS library's word against it. */
export function readCertificate(certificate: X509Certificate, distrust: string | null): SeenCertificate {
  const { publicKey } = certificate
  return {
    subjectNames: (certificate.subjectAltName ?? '')
      .split(', ')
      .filter((name) => name.startsWith('DNS:'))
      .map((name) => name.slice(4).toLowerCase()),
    issuer: certificate.issuer.replaceAll('\n', ', '),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    der: certificate.raw,
    spki: publicKey.export({ type: 'spki', format: 'der' }),
    keyType: publicKey.asymmetricKeyType ?? '',
    keyBits: bitsOf(publicKey),
    signatureAlgorithm: certificate.signatureAlgorithm ?? '',
    distrust,
  }
}

/** How a handshake that is done came out. */
export function readTls(socket: TLSSocket): SeenTls {
  const certificate = socket.getPeerX509Certificate()
  if (!certificate) return { status: 'failed', words: 'no certificate' }
  // Node gives the code of the error as a text, whatever its types say.
  const distrust = socket.authorized ? null : String(socket.authorizationError)
  const { name: cipher } = socket.getCipher()
  const protocol = socket.getProtocol() ?? ''
  return { status: 'done', protocol, cipher, certificate: readCertificate(certificate, distrust) }
}

/** Whether a certificate is for a host: by its names alone, `*` for one whole label on the left (RFC 9525 §6.3). */
export function coversHost({ subjectNames }: SeenCertificate, host: string): boolean {
  const parent = host.split('.').slice(1).join('.')
  return subjectNames.some((name) => name === host.toLowerCase() || name === `*.${parent.toLowerCase()}`)
}
