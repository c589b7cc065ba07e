import { isSameDkimKey, parseDkimRecord } from '@/lib/dkim/record'
import { dmarcFulfils } from '@/lib/dns/dmarc-record'
import { isOfKind, isSameBimi, isSameMtaSts, isSameValue, tlsRptFulfils } from '@/lib/dns/policy-texts'
import type { Purpose } from '@/lib/dns/purpose'
import type { RecordType } from '@/lib/dns/record'
import { isSpfRecord, parseSpfRecord } from '@/lib/spf/record'
import { authorisesNobody, mergeSpf, namesAddress, spfAddresses } from '@/lib/spf/merge'

/** What one server's answer means for one record. `several`: more than one where the standard allows one, or something of somebody else beside ours that acts with it. */
export type Comparison = 'ok' | 'missing' | 'different' | 'several'

export interface ComparedRecord {
  purpose: Purpose
  type: RecordType
  value: string
}

function one(found: readonly string[], fulfils: (text: string) => boolean): Comparison {
  const [first, ...rest] = found
  if (first === undefined) return 'missing'
  if (rest.length > 0) return 'several'
  return fulfils(first) ? 'ok' : 'different'
}

/** The host of an MX and its preference. */
export function parseExchange(value: string): { preference: number; host: string } {
  const [preference = '', host = ''] = value.split(' ')
  return { preference: Number(preference), host }
}

const exchange = (value: string) => parseExchange(value).host

/** Hosts count, preferences do not: with ours alone in the set any preference means the same. */
function compareMx(wanted: string, found: readonly string[], ours: readonly string[]): Comparison {
  if (found.length === 0) return 'missing'
  if (!found.some((value) => exchange(value) === exchange(wanted))) return 'different'
  const mine = ours.map(exchange)
  return found.every((value) => mine.includes(exchange(value))) ? 'ok' : 'several'
}

/** A backup stands behind the server that has the mailboxes: another host must come first (RFC 5321 §5.1). */
function compareBackupMx(wanted: string, found: readonly string[], ours: readonly string[]): Comparison {
  const mine = found.map(parseExchange).find(({ host }) => host === exchange(wanted))
  if (!mine) return 'missing'
  const ourHosts = ours.map(exchange)
  const primaries = found.map(parseExchange).filter(({ host }) => !ourHosts.includes(host))
  return primaries.some(({ preference }) => preference < mine.preference) ? 'ok' : 'different'
}

function spfFulfils(found: string, wanted: string): boolean {
  const addresses = spfAddresses(wanted)
  return addresses.length === 0 ? authorisesNobody(found) : mergeSpf(found, addresses).kind === 'unchanged'
}

/** Of a host's own name: its addresses pass by `a`, or the text is the wanted one. */
function hostSpfFulfils(found: string, wanted: string): boolean {
  const directives = (parseSpfRecord(found) ?? []).filter((term) => term.kind === 'directive')
  const passing = directives.map((term) => term.text.replace(/^\+/, '').toLowerCase())
  const end = directives.findIndex((term) => term.name === 'all')
  return found === wanted || passing.slice(0, end < 0 ? passing.length : end).includes('a')
}

/** What an SRV record leads to; priority and weight only share load between several. */
function srvTarget(value: string): string {
  const [, , port = '', host = ''] = value.split(' ')
  return host === '.' ? host : `${port} ${host}`
}

function compareSrv(wanted: string, found: readonly string[]): Comparison {
  if (found.length === 0) return 'missing'
  const isSame = (value: string) => srvTarget(value) === srvTarget(wanted)
  if (found.every(isSame)) return 'ok'
  return found.some(isSame) ? 'several' : 'different'
}

/** The issuer that a CAA record names; parameters only narrow what it may do (RFC 8659 §4.2). */
function issuer(value: string): string | null {
  const match = /^\d+ issue "\s*([^\s;]*)[^"]*"$/i.exec(value)
  return match?.[1]?.toLowerCase() ?? null
}

function compareCaa(wanted: string, found: readonly string[]): Comparison {
  if (found.some((value) => issuer(value) === issuer(wanted))) return 'ok'
  return found.some((value) => issuer(value) !== null) ? 'different' : 'missing'
}

/** A set in which each value counts: ours beside others is `several`. */
function compareSet(wanted: string, found: readonly string[], ours: readonly string[]): Comparison {
  if (found.includes(wanted)) return found.every((value) => ours.includes(value)) ? 'ok' : 'several'
  return found.length === 0 || found.some((value) => ours.includes(value)) ? 'missing' : 'different'
}

function compareDkim({ type, value }: ComparedRecord, found: readonly string[]): Comparison {
  if (type === 'CNAME') return compareStanding(value, found)
  // Any second key record at the name makes the result undefined (RFC 6376 §3.6.2.2); text that is no key does not.
  const keys = found.filter((text) => parseDkimRecord(text) !== null)
  if (keys.length === 0 && found.length > 0) return 'different'
  return one(keys, (text) => isSameDkimKey(text, value))
}

/** A value that may stand among others; where it does not, they stand in its place. */
function compareStanding(wanted: string, found: readonly string[]): Comparison {
  if (found.includes(wanted)) return 'ok'
  return found.length > 0 ? 'different' : 'missing'
}

function compareOwn(type: RecordType, wanted: string, found: readonly string[]): Comparison {
  const stands = type === 'A' || type === 'AAAA' || type === 'CNAME'
  return compareStanding(wanted, stands || found.includes(wanted) ? found : [])
}

/**
 * True where a live value is what was withdrawn, however it stands there now: an MX by its host, an SPF record while it
 * names one of the addresses. What a value of `wanted` still needs is not withdrawn.
 */
export function isWithdrawn(type: RecordType, live: string, withdrawn: string, wanted: readonly string[]): boolean {
  if (isSameValue(type, live, withdrawn)) return true
  if (type === 'MX') return exchange(live) === exchange(withdrawn) && !wanted.map(exchange).includes(exchange(live))
  if (type !== 'TXT' || !isSpfRecord(live) || !isSpfRecord(withdrawn)) return false
  const kept = wanted.filter(isSpfRecord).flatMap(spfAddresses)
  const gone = spfAddresses(withdrawn).filter((address) => !kept.includes(address))
  return namesAddress(live, gone)
}

/**
 * Compares what a server has at a record's name and type (canonical values) with the record, by what a receiver makes of
 * it: SPF is fulfilled when our addresses pass, DKIM when the key is the same, DMARC when the policy is at least as
 * strict and reports reach us. `ours` are all values wanted at that name and type.
 */
export function compareRecord(record: ComparedRecord, found: readonly string[], ours: readonly string[]): Comparison {
  const { purpose, type, value } = record
  const ofKind = found.filter((text) => isOfKind(purpose, text))
  switch (purpose) {
    case 'mx':
      return compareMx(value, found, ours)
    case 'backup-mx':
      return compareBackupMx(value, found, ours)
    case 'spf':
      return one(ofKind, (text) => spfFulfils(text, value))
    case 'host-spf':
      return one(ofKind, (text) => hostSpfFulfils(text, value))
    case 'dkim':
      return compareDkim(record, found)
    case 'dmarc':
      return one(ofKind, (text) => dmarcFulfils(text, value))
    case 'report-permission':
      return ofKind.length > 0 ? 'ok' : 'missing'
    case 'mta-sts':
      return one(ofKind, (text) => isSameMtaSts(text, value))
    case 'tls-rpt':
      return one(ofKind, (text) => tlsRptFulfils(text, value))
    case 'bimi':
      return one(ofKind, (text) => isSameBimi(text, value))
    case 'srv':
      return compareSrv(value, found)
    case 'caa':
      return compareCaa(value, found)
    case 'tlsa':
      return compareSet(value, found, ours)
    case 'host-address':
    case 'mta-sts-host':
    case 'autoconfig':
    case 'autodiscover':
      return compareStanding(value, found)
    case 'own':
      return compareOwn(type, value, found)
    case 'withdrawn':
      return found.some((live) => isWithdrawn(type, live, value, ours)) ? 'different' : 'ok'
  }
}
