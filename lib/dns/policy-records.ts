import { createHash } from 'node:crypto'
import { panelAlias } from '@/lib/dns/client-records'
import { defaultReportUri, formatReportUri, reportDomain } from '@/lib/dns/dmarc-record'
import type { DnsPolicy } from '@/lib/dns/policy'
import type { PlannedRecord } from '@/lib/dns/purpose'
import { canonicalValue, isInside, parseRecordName } from '@/lib/dns/record'

const ID_LENGTH = 20

/**
 * The id of an MTA-STS policy (RFC 8461 §3.1): made of all that the policy says, so that it changes exactly when the policy
 * does, also by another mail server. `mxNames` come sorted. Empty while there is no policy.
 */
export function mtaStsId({ mode, maxAgeSeconds }: DnsPolicy['mtaSts'], mxNames: readonly string[]): string {
  if (mode === 'off') return ''
  const content = [mode, maxAgeSeconds, ...mxNames].join('\n')
  return createHash('sha256').update(content).digest('hex').slice(0, ID_LENGTH)
}

/** The record that announces an MTA-STS policy and the name under which the panel serves it (RFC 8461 §3.1, §3.3). */
export function mtaStsRecords(
  domain: string,
  policy: DnsPolicy['mtaSts'],
  mxNames: readonly string[],
  panelHost: string | null,
): PlannedRecord[] {
  const id = mtaStsId(policy, mxNames)
  if (id === '' || panelHost === null) return []
  return [
    { purpose: 'mta-sts', name: `_mta-sts.${domain}`, type: 'TXT', value: `v=STSv1; id=${id}` },
    ...panelAlias('mta-sts-host', `mta-sts.${domain}`, panelHost),
  ]
}

/** Where reports of failed TLS are wanted (RFC 8460 §3). */
export function tlsRptRecord(domain: string, rua: DnsPolicy['tlsRpt']): PlannedRecord[] {
  const uris = rua ?? [defaultReportUri(domain)]
  if (uris.length === 0) return []
  const value = `v=TLSRPTv1; rua=${uris.map(formatReportUri).join(',')}`
  return [{ purpose: 'tls-rpt', name: `_smtp._tls.${domain}`, type: 'TXT', value }]
}

/** The authorities that may issue certificates for the domain (RFC 8659 §4.2). */
export function caaRecords(domain: string, issuers: readonly string[]): PlannedRecord[] {
  const values = issuers.map((issuer) => canonicalValue('CAA', `0 issue "${issuer}"`)).filter((value) => value !== null)
  return [...new Set(values)].sort().map((value) => ({ purpose: 'caa', name: domain, type: 'CAA', value }))
}

/** The logo that receivers may show (draft-brand-indicators-for-message-identification §4). */
export function bimiRecord(domain: string, bimi: DnsPolicy['bimi']): PlannedRecord[] {
  if (!bimi) return []
  const value = `v=BIMI1; l=${escapeUrl(bimi.logo)}; a=${bimi.certificate === null ? '' : escapeUrl(bimi.certificate)}`
  return [{ purpose: 'bimi', name: `default._bimi.${domain}`, type: 'TXT', value }]
}

/** A URL as a tag's value: what would end the tag is written as `%XX`. */
function escapeUrl(url: string): string {
  return new URL(url).href.replace(/[;,]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/**
 * The permissions that other domains must give before reports about this one may be sent to them (RFC 9990 §4), by the
 * URIs of `rua` and `ruf`. Domains above or below this one need none: they are the same organisation.
 */
export function reportPermissions(domain: string, uris: readonly string[]): PlannedRecord[] {
  const others = uris
    .map(reportDomain)
    .filter((other) => other !== null)
    .filter((other) => parseRecordName(other) === other && !isInside(other, domain) && !isInside(domain, other))
  return [...new Set(others)].sort().map((other) => ({
    purpose: 'report-permission',
    name: `${domain}._report._dmarc.${other}`,
    type: 'TXT',
    value: 'v=DMARC1',
  }))
}
