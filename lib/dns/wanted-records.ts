import { delegatedKeyName, dkimRecordName, formatDkimRecord } from '@/lib/dkim/record'
import { clientRecords, type ClientServices } from '@/lib/dns/client-records'
import { defaultReportUri, formatDmarcRecord } from '@/lib/dns/dmarc-record'
import { addressesOf, hostRecords, namesOf, type HostWithRecords, type MailHost } from '@/lib/dns/host-records'
import type { DnsPolicy } from '@/lib/dns/policy'
import { bimiRecord, caaRecords, mtaStsRecords, reportPermissions, tlsRptRecord } from '@/lib/dns/policy-records'
import {
  isHeldBack,
  needOf,
  whyOf,
  type Need,
  type PlannedPurpose,
  type PlannedRecord,
  type Why,
} from '@/lib/dns/purpose'
import type { DnsRecordData } from '@/lib/dns/record'
import { formatSpfRecord } from '@/lib/spf/merge'

/** A record that should be there. `dkimKeyId` names the key whose record it is. */
export interface WantedRecord extends DnsRecordData {
  purpose: PlannedPurpose
  dkimKeyId: string | null
  need: Need
  why: Why
  /** Shown, and not published before the domain's mail moves here (`mx: later`): it would lead mail or mail programs to us. */
  isHeld: boolean
}

/** A key as far as its record is concerned; without public key nothing is published yet. `slot`: its name in a delegated domain. */
export interface KeyToPublish {
  id: string
  selector: string
  publicKey: string
  isRevoked: boolean
  algorithm?: string
  flags?: readonly string[]
  slot?: string | null
}

export interface WantedInput {
  domain: string
  kind: 'hosted' | 'relayed' | 'backup_mx'
  policy: DnsPolicy
  /** The hosts that take and send its mail. */
  hosts: readonly MailHost[]
  /** Hosts of ours whose names lie in this domain's zone. */
  hostsInside: readonly HostWithRecords[]
  keys: readonly KeyToPublish[]
  /** Where the keys stand in our zone, and the names in the domain's that lead there; null: they stand in its own. */
  delegation: { zone: string; slots: readonly string[] } | null
  /** The name under which the panel answers by https; null where it has none that others could reach. */
  panelHost: string | null
  services: ClientServices
  ttlSeconds: number
}

/** A record before what every record has; names of the key only where it is one's. */
type Planned = PlannedRecord & { dkimKeyId?: string }

const PREFERENCE = 10
const BACKUP_PREFERENCE = 20

function mxRecords({ domain, kind, hosts }: WantedInput): Planned[] {
  const isBackup = kind === 'backup_mx'
  return namesOf(hosts).map((name) => ({
    purpose: isBackup ? 'backup-mx' : 'mx',
    name: domain,
    type: 'MX',
    value: `${isBackup ? BACKUP_PREFERENCE : PREFERENCE} ${name}.`,
  }))
}

function spfRecord({ domain, hosts, policy }: WantedInput): Planned[] {
  const addresses = addressesOf(hosts)
  // Without a host of ours nobody is told that nobody sends.
  if (addresses.length === 0) return []
  return [{ purpose: 'spf', name: domain, type: 'TXT', value: formatSpfRecord(addresses, policy.spfAll) }]
}

function keyRecord(key: KeyToPublish, { domain, delegation }: WantedInput): Planned {
  const value = formatDkimRecord(key.isRevoked ? '' : key.publicKey, key)
  const name =
    delegation && key.slot ? delegatedKeyName(key.slot, domain, delegation.zone) : dkimRecordName(key.selector, domain)
  return { purpose: 'dkim', name, type: 'TXT', value, dkimKeyId: key.id }
}

function dkimRecords(input: WantedInput): Planned[] {
  const { domain, delegation } = input
  const keys = input.keys.filter((key) => key.publicKey !== '').toSorted((a, b) => (a.selector < b.selector ? -1 : 1))
  const aliases = (delegation?.slots ?? []).map((slot): Planned => ({
    purpose: 'dkim',
    name: dkimRecordName(slot, domain),
    type: 'CNAME',
    value: `${delegatedKeyName(slot, domain, delegation?.zone ?? '')}.`,
  }))
  return [...aliases, ...keys.map((key) => keyRecord(key, input))]
}

/** DMARC, and what domains that its reports go to must say (RFC 9989, RFC 9990 §4). */
function dmarcRecords(domain: string, policy: DnsPolicy['dmarc'], rua: readonly string[]): Planned[] {
  return [
    { purpose: 'dmarc', name: `_dmarc.${domain}`, type: 'TXT', value: formatDmarcRecord(policy, rua) },
    ...reportPermissions(domain, [...(policy.rua ?? rua), ...policy.ruf]),
  ]
}

/**
 * A domain without mail: null MX (RFC 7505), SPF that lets nobody send, DMARC that refuses whatever claims to be from it, no
 * key under any selector. Keys that mail under way was signed with keep their records.
 */
function parkedRecords(input: WantedInput): Planned[] {
  const { domain, policy } = input
  return [
    { purpose: 'mx', name: domain, type: 'MX', value: '0 .' },
    { purpose: 'spf', name: domain, type: 'TXT', value: formatSpfRecord([], '-') },
    ...dkimRecords(input),
    { purpose: 'dkim', name: dkimRecordName('*', domain), type: 'TXT', value: formatDkimRecord('') },
    ...dmarcRecords(domain, { ...policy.dmarc, p: 'reject', sp: null, np: null, t: false }, []),
    ...caaRecords(domain, policy.caa),
  ]
}

function mailRecords(input: WantedInput): Planned[] {
  const { domain, kind, policy, panelHost } = input
  return [
    ...mxRecords(input),
    ...spfRecord(input),
    ...dkimRecords(input),
    ...dmarcRecords(domain, policy.dmarc, [defaultReportUri(domain)]),
    ...mtaStsRecords(domain, policy.mtaSts, namesOf(input.hosts), panelHost),
    ...tlsRptRecord(domain, policy.tlsRpt),
    ...(policy.clients && kind === 'hosted' ? clientRecords(domain, input.services, panelHost) : []),
    ...caaRecords(domain, policy.caa),
    ...bimiRecord(domain, policy.bimi),
  ]
}

/**
 * The records a domain should have: MX to each smtp node (RFC 5321 §5.1), SPF with the addresses they send from (RFC 7208),
 * a TXT record for each key that has been made and not removed (RFC 6376), DMARC (RFC 9989), and what its policy adds. A
 * domain that we are only a backup for sends nothing by us and gets the MX alone; a parked one says that it has no mail.
 * Hosts of ours inside the domain have their own records with it. Pure, byte-stable, in the order in which they are shown.
 */
export function wantedRecords(input: WantedInput): WantedRecord[] {
  const { policy, kind, ttlSeconds } = input
  const ofMail = kind === 'backup_mx' ? mxRecords : mailRecords
  const hosts = input.hostsInside.map((host) => (policy.dane ? host : { ...host, tlsaDigests: [] }))
  const planned: Planned[] = [...(policy.isParked ? parkedRecords : ofMail)(input), ...hosts.flatMap(hostRecords)]
  return planned.map(({ dkimKeyId = null, ...record }) => ({
    ...record,
    ttlSeconds,
    dkimKeyId,
    need: needOf(record),
    why: whyOf(record),
    isHeld: isHeldBack(record.purpose, policy),
  }))
}

/**
 * The records of another name of a domain, in that name's own zone: as the domain's, and without keys, for mail from that
 * name is not signed in its name; a logo needs a signature.
 */
export function aliasRecords(input: WantedInput, alias: string): WantedRecord[] {
  const policy = { ...input.policy, bimi: null }
  return wantedRecords({ ...input, domain: alias, policy, keys: [], delegation: null, hostsInside: [] })
}
