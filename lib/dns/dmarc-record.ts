import type { DnsPolicy } from '@/lib/dns/policy'
import { parseTagList } from '@/lib/dns/tag-list'

const POLICIES = ['none', 'quarantine', 'reject'] as const

/**
 * Where the reports about a domain go unless its policy says otherwise: postmaster of the same domain, which every domain
 * of ours accepts and which needs no permission record (RFC 9990 §4).
 */
export function defaultReportUri(domain: string): string {
  return `mailto:postmaster@${domain}`
}

/**
 * A `mailto:` or `https:` URI as it stands in a list of a record: the characters that would end it are written as `%XX`
 * (RFC 9989 §4.7, RFC 8460 §3). Throws for one that holds a space or anything but printable ASCII.
 */
export function formatReportUri(uri: string): string {
  if (!/^(?:mailto|https):[\x21-\x7e]+$/i.test(uri)) throw new Error(`not a report URI: ${JSON.stringify(uri)}`)
  return uri.replace(/[,;!"\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The domain that a `mailto:` URI leads to (A-labels, lower case), null for any other. */
export function reportDomain(uri: string): string | null {
  return /^mailto:[^@?]+@([^?]+)/i.exec(uri)?.[1]?.toLowerCase().replace(/\.$/, '') ?? null
}

/**
 * The DMARC record of a policy (RFC 9989 §4.7); what is the standard's default is left out, and the tags that it dropped
 * (`pct`, `rf`, `ri`) never come in. `rua` replaces a policy's null.
 */
export function formatDmarcRecord(policy: DnsPolicy['dmarc'], rua: readonly string[]): string {
  const uris = (list: readonly string[]) => list.map(formatReportUri).join(',') || null
  const tags: [string, string | null][] = [
    ['v', 'DMARC1'],
    ['p', policy.p],
    ['sp', policy.sp === policy.p ? null : policy.sp],
    ['np', policy.np === (policy.sp ?? policy.p) ? null : policy.np],
    ['adkim', policy.adkim === 's' ? 's' : null],
    ['aspf', policy.aspf === 's' ? 's' : null],
    ['rua', uris(policy.rua ?? rua)],
    ['ruf', uris(policy.ruf)],
    ['fo', policy.fo],
    ['psd', policy.psd],
    ['t', policy.t ? 'y' : null],
  ]
  return tags.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`])).join('; ')
}

/** True where a TXT text claims to be a DMARC record (RFC 9989 §4.7: the version comes first and is case sensitive). */
export function isDmarcRecord(text: string): boolean {
  return /^v\s*=\s*DMARC1\s*(;|$)/.test(text)
}

/** The URIs of a list in a record, in lower case, without the size that RFC 7489 allowed behind them. */
export function reportUris(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((uri) =>
      uri
        .trim()
        .replace(/!\d+[kmgt]?$/i, '')
        .toLowerCase(),
    )
    .filter((uri) => uri !== '')
}

/** How strict a record is for the domain, its subdomains and names that do not exist (RFC 9989 §4.10.1); -1 where a word is none of the standard's. */
function strengths(tags: Map<string, string>): number[] {
  const words = ['p', 'sp', 'np'].map((name) => tags.get(name)?.toLowerCase())
  const strength = (word: string) => POLICIES.findIndex((known) => known === word)
  const p = strength(words[0] ?? 'none')
  const sp = words[1] === undefined ? p : strength(words[1])
  return [p, sp, words[2] === undefined ? sp : strength(words[2])]
}

function includesUris(have: Map<string, string>, want: Map<string, string>, tag: string): boolean {
  const uris = reportUris(have.get(tag))
  return reportUris(want.get(tag)).every((uri) => uris.includes(uri))
}

/** The word of a tag, or the standard's own where it is not there. */
function word(tags: Map<string, string>, tag: string, fallback: string): string {
  return (tags.get(tag) ?? fallback).toLowerCase()
}

/**
 * True where the record found does all that the wanted one does: policies at least as strict and applied, alignment too,
 * and reports to at least the wanted addresses. Order of tags, case and white space do not count; a tightened policy is
 * not a fault. A record without `p` counts as `none` only where it has `rua` (RFC 9989 §4.10.1).
 */
export function dmarcFulfils(found: string, wanted: string): boolean {
  const have = parseTagList(found)
  const want = parseTagList(wanted)
  if (!have || !want || !isDmarcRecord(found) || (!have.has('p') && reportUris(have.get('rua')).length === 0))
    return false
  const wantedStrengths = strengths(want)
  const isStrict = strengths(have).every((strength, at) => strength >= (wantedStrengths[at] ?? 0))
  const isApplied = word(have, 't', 'n') !== 'y' || word(want, 't', 'n') === 'y'
  const isAligned = ['adkim', 'aspf'].every((tag) => word(want, tag, 'r') === 'r' || word(have, tag, 'r') === 's')
  const isSame = [...want].every(([tag, value]) => !['psd', 'fo'].includes(tag) || word(have, tag, '') === value)
  return (
    isStrict && isApplied && isAligned && isSame && includesUris(have, want, 'rua') && includesUris(have, want, 'ruf')
  )
}
