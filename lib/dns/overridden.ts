import { isOfKind } from '@/lib/dns/policy-texts'
import type { Purpose } from '@/lib/dns/purpose'

interface Row {
  name: string
  type: string
  value: string
}

/** What an administrator's own record may take the place of. Mail itself (MX, SPF, DKIM, DMARC) is not among it. */
export const OVERRIDABLE: readonly Purpose[] = [
  'host-address',
  'host-spf',
  'mta-sts',
  'mta-sts-host',
  'tls-rpt',
  'autoconfig',
  'autodiscover',
  'srv',
  'bimi',
]

function takesPlaceOf(own: Row, purpose: Purpose, wanted: Row): boolean {
  if (own.name !== wanted.name) return false
  // RFC 1034 §3.6.2: a name with a CNAME has nothing else.
  if (own.type === 'CNAME' || wanted.type === 'CNAME') return true
  return own.type === wanted.type && (own.type !== 'TXT' || isOfKind(purpose, own.value))
}

/** The wanted records less those in whose place the administrator has put one. */
export function withoutOverridden<T extends Row & { purpose: Purpose }>(
  wanted: readonly T[],
  own: readonly Row[],
): T[] {
  return wanted.filter((record) => {
    const { purpose } = record
    return !(OVERRIDABLE.includes(purpose) && own.some((row) => takesPlaceOf(row, purpose, record)))
  })
}
