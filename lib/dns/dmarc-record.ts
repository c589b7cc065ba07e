import { parseTagList } from '@/lib/dns/tag-list'

const POLICIES = ['none', 'quarantine', 'reject'] as const

/**
 * The first DMARC record of a domain (RFC 9989 §4.7): it asks for nothing yet and has the aggregate reports sent to
 * postmaster of the same domain, which every hosted domain accepts and which needs no permission record (RFC 9990 §4).
 */
export function defaultDmarcRecord(domain: string): string {
  return `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`
}

/** True where a TXT text claims to be a DMARC record (RFC 9989 §4.7: the version comes first and is case sensitive). */
export function isDmarcRecord(text: string): boolean {
  return /^v\s*=\s*DMARC1\s*(;|$)/.test(text)
}

function reportAddresses(tags: Map<string, string>): string[] {
  return (tags.get('rua') ?? '')
    .split(',')
    .map((uri) =>
      uri
        .trim()
        .replace(/!\d+[kmgt]?$/i, '')
        .toLowerCase(),
    )
    .filter((uri) => uri !== '')
}

function policy(tags: Map<string, string>): number {
  const value = (tags.get('p') ?? 'none').toLowerCase()
  return POLICIES.findIndex((known) => known === value)
}

/**
 * True where the record found does all that the wanted one does: a valid policy at least as strict, and reports to at
 * least the wanted addresses. Order of tags, case and white space do not count; a tightened policy is not a fault.
 */
export function dmarcFulfils(found: string, wanted: string): boolean {
  const have = parseTagList(found)
  const want = parseTagList(wanted)
  if (!have || !want || !isDmarcRecord(found) || policy(have) < 0) return false
  const addresses = reportAddresses(have)
  return policy(have) >= policy(want) && reportAddresses(want).every((uri) => addresses.includes(uri))
}
