import { dkimRecordName, formatDkimRecord } from '@/lib/dkim/record'
import { defaultDmarcRecord } from '@/lib/dns/dmarc-record'
import { canonicalAddress, parseRecordName, type DnsRecordData } from '@/lib/dns/record'
import { formatSpfRecord } from '@/lib/spf/merge'

/** What a managed record is for; `own` is the administrator's, `withdrawn` one that was published and should go. */
export const PURPOSES = ['mx', 'spf', 'dkim', 'dmarc', 'own', 'withdrawn'] as const
export type Purpose = (typeof PURPOSES)[number]

/** A record that a domain should have. `dkimKeyId` names the key whose record it is. */
export interface WantedRecord extends DnsRecordData {
  purpose: Exclude<Purpose, 'own' | 'withdrawn'>
  dkimKeyId: string | null
}

/** A host that takes and sends mail: its name (A-labels) and the addresses it sends from. */
export interface MailHost {
  hostName: string
  publicAddresses: readonly string[]
}

/** A key as far as its record is concerned; without public key nothing is published yet. */
export interface KeyToPublish {
  id: string
  selector: string
  publicKey: string
  isRevoked: boolean
}

export interface WantedInput {
  domain: string
  kind: 'hosted' | 'relayed' | 'backup_mx'
  hosts: readonly MailHost[]
  keys: readonly KeyToPublish[]
  ttlSeconds: number
}

const PREFERENCE = 10
const BACKUP_PREFERENCE = 20

function mxRecords({ domain, kind, hosts, ttlSeconds }: WantedInput): WantedRecord[] {
  const preference = kind === 'backup_mx' ? BACKUP_PREFERENCE : PREFERENCE
  const names = hosts.map((host) => parseRecordName(host.hostName)).filter((name) => name !== null)
  return [...new Set(names)].sort().map((name) => ({
    name: domain,
    type: 'MX',
    ttlSeconds,
    value: `${preference} ${name}.`,
    purpose: 'mx',
    dkimKeyId: null,
  }))
}

function spfRecord({ domain, hosts, ttlSeconds }: WantedInput): WantedRecord[] {
  const addresses = hosts
    .flatMap((host) => host.publicAddresses.map(canonicalAddress))
    .filter((address) => address !== null)
  if (addresses.length === 0) return []
  const value = formatSpfRecord(
    [...new Set(addresses)].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')) || (a < b ? -1 : 1)),
  )
  return [{ name: domain, type: 'TXT', ttlSeconds, value, purpose: 'spf', dkimKeyId: null }]
}

function dkimRecord(key: KeyToPublish, { domain, ttlSeconds }: WantedInput): WantedRecord {
  const value = formatDkimRecord(key.isRevoked ? '' : key.publicKey)
  return {
    name: dkimRecordName(key.selector, domain),
    type: 'TXT',
    ttlSeconds,
    value,
    purpose: 'dkim',
    dkimKeyId: key.id,
  }
}

/**
 * The records a domain should have, by purpose and then name: MX to each smtp node (RFC 5321 §5.1), SPF with the addresses
 * they send from (RFC 7208), a TXT record for each key that has been made and not removed (RFC 6376), DMARC (RFC 9989).
 * A domain that we are only a backup for sends nothing by us and gets the MX alone.
 */
export function wantedRecords(input: WantedInput): WantedRecord[] {
  const mx = mxRecords(input)
  if (input.kind === 'backup_mx') return mx
  const keys = input.keys.filter((key) => key.publicKey !== '').sort((a, b) => (a.selector < b.selector ? -1 : 1))
  const dmarc: WantedRecord = {
    name: `_dmarc.${input.domain}`,
    type: 'TXT',
    ttlSeconds: input.ttlSeconds,
    value: defaultDmarcRecord(input.domain),
    purpose: 'dmarc',
    dkimKeyId: null,
  }
  return [...mx, ...spfRecord(input), ...keys.map((key) => dkimRecord(key, input)), dmarc]
}
