import type { PlannedRecord } from '@/lib/dns/purpose'
import { canonicalAddress, parseRecordName } from '@/lib/dns/record'
import { reverseName } from '@/lib/settings/addresses'

/** A host of ours: its name (A-labels) and the addresses it sends from. */
export interface MailHost {
  hostName: string
  publicAddresses: readonly string[]
}

/** A host with what its own records say. */
export interface HostWithRecords extends MailHost {
  /** It says EHLO to others. */
  isSender: boolean
  /** SHA-256 (hex) of the SubjectPublicKeyInfo of the certificate that port 25 serves, and of its successor; none where its zone is not signed. */
  tlsaDigests: readonly string[]
}

/** The addresses of hosts in canonical form, each once, IPv4 first. */
export function addressesOf(hosts: readonly MailHost[]): string[] {
  const addresses = hosts.flatMap((host) => host.publicAddresses.map(canonicalAddress)).filter((text) => text !== null)
  return [...new Set(addresses)].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')) || (a < b ? -1 : 1))
}

/** The names of hosts, each once, sorted; what is no host name is left out. */
export function namesOf(hosts: readonly MailHost[]): string[] {
  return [...new Set(hosts.map((host) => parseRecordName(host.hostName)).filter((name) => name !== null))].sort()
}

/** The name of the TLSA records of a host's port 25 (RFC 7672 §2.2.3). */
export function tlsaName(hostName: string): string {
  return `_25._tcp.${hostName}`
}

/**
 * The records of a host's own name: its addresses; where it sends, SPF of the name that it says in EHLO (RFC 7208 §2.3);
 * TLSA of its key and the next one (RFC 7672 §3.1.1: DANE-EE, SPKI, SHA-256).
 */
export function hostRecords(host: HostWithRecords): PlannedRecord[] {
  const [name] = namesOf([host])
  if (name === undefined) return []
  const addresses = addressesOf([host]).map((value): PlannedRecord => {
    return { purpose: 'host-address', name, type: value.includes(':') ? 'AAAA' : 'A', value }
  })
  if (!host.isSender || addresses.length === 0) return addresses
  const tlsa = [...new Set(host.tlsaDigests)].map((digest): PlannedRecord => {
    return { purpose: 'tlsa', name: tlsaName(name), type: 'TLSA', value: `3 1 1 ${digest.toLowerCase()}` }
  })
  return [...addresses, { purpose: 'host-spf', name, type: 'TXT', value: 'v=spf1 a -all' }, ...tlsa]
}

/** A PTR record that should be there: it stands in the zone of whoever gave the address, and only they can set it. */
export interface ExpectedPtr {
  address: string
  name: string
  hostName: string
}

/** The reverse DNS that receivers ask of hosts that send (RFC 5321 §4.1.1.1 as practised). */
export function expectedPtrs(hosts: readonly MailHost[]): ExpectedPtr[] {
  return hosts.flatMap((host) =>
    namesOf([host]).flatMap((hostName) =>
      addressesOf([host]).map((address) => ({ address, name: reverseName(address), hostName })),
    ),
  )
}
