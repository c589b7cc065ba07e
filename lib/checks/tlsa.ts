import { createHash } from 'node:crypto'
import type { SeenCertificate } from '@/lib/checks/world'

/** What a TLSA record says of a served certificate. `unusable`: mail servers pass over it (RFC 7672 §3.1.3). */
export type TlsaMatch = 'match' | 'differs' | 'unusable' | 'unjudged'

/** Data of the record that we want: 3 1 1, the SHA-256 of the key (RFC 7672 §3.1.1). */
export function tlsaOf({ spki }: SeenCertificate): string {
  return `3 1 1 ${createHash('sha256').update(spki).digest('hex')}`
}

/** Compares `usage selector matching data` with a certificate (RFC 6698 §2.1). Trust anchors (usage 2) are not served alone and stay unjudged. */
export function matchTlsa(record: string, { der, spki }: SeenCertificate): TlsaMatch {
  const [usage = '', selector = '', matching = '', data = ''] = record.split(' ')
  if (usage === '2') return 'unjudged'
  if (usage !== '3' || !['0', '1'].includes(selector) || !['0', '1', '2'].includes(matching)) return 'unusable'
  const served = selector === '0' ? der : spki
  const digest =
    matching === '0'
      ? served
      : createHash(matching === '1' ? 'sha256' : 'sha512')
          .update(served)
          .digest()
  return digest.toString('hex') === data.toLowerCase() ? 'match' : 'differs'
}
