import { getDomain } from 'tldts'

/** Why a report mail is unverified; `dns-failed` and `unexpected` also while it is still pending. */
export const TRUST_REASONS = [
  'no-signature',
  'signature-broken',
  'signature-expired',
  'signature-partial',
  'key-missing',
  'key-unusable',
  'signed-by-other',
  'from-unclear',
  'reporter-other',
  'reporter-unnamed',
  'too-complex',
  'dns-failed',
  'unexpected',
] as const
export type TrustReason = (typeof TRUST_REASONS)[number]

/** One DKIM signature as it was verified. */
export interface CheckedSignature {
  /** `d=`, lower case. */
  domain: string
  result: 'pass' | Exclude<TrustReason, 'no-signature' | 'signed-by-other' | 'unexpected'>
}

export interface CheckedMail {
  /** Domains of the addresses in From lines, lower case. */
  fromDomains: string[]
  /** More than one From line is against RFC 5322 §3.6, and hides one of them. */
  fromFields: number
  signatures: CheckedSignature[]
}

/** How a report names who made it. Empty where it gives none; null where reports of its kind do not say (failure reports). */
export type Claim = { organization: string; email: string } | null

export interface Verdict {
  /** `pending`: DNS did not answer; to be asked again. */
  trust: 'pending' | 'verified' | 'unverified'
  reason: TrustReason | null
  senderDomain: string | null
}

/** Names that are one organisation, where the reports of large ones carry several. */
const SAME = [
  ['microsoft.com', 'outlook.com', 'hotmail.com', 'live.com'],
  ['google.com', 'gmail.com', 'googlemail.com'],
  ['yahoo.com', 'yahooinc.com', 'yahoo-inc.com', 'aol.com'],
  ['xs4all.nl', 'xs4all.net'],
  ['fastmail.com', 'fastmaildmarc.com'],
]

/** The organizational domain by the Public Suffix List with its private part: tenants of a host are not each other. */
const organizationOf = (name: string) => getDomain(name, { allowPrivateDomains: true })

function isAligned(one: string, other: string): boolean {
  return one === other || (organizationOf(one) !== null && organizationOf(one) === organizationOf(other))
}

function isOneOrganization(one: string, other: string): boolean {
  const [a, b] = [organizationOf(one) ?? one, organizationOf(other) ?? other]
  return isAligned(one, other) || SAME.some((names) => names.includes(a) && names.includes(b))
}

/** The domains by which a report names its maker: of its contact address, and its name where that is a domain. */
function claimedDomains({ organization, email }: NonNullable<Claim>): string[] {
  const contact = /@([a-z0-9.-]+)>?\s*$/i.exec(email)?.[1]
  const named = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(organization) ? organization : undefined
  return [contact, named].flatMap((name) => (name !== undefined && organizationOf(name) ? [name.toLowerCase()] : []))
}

/**
 * Whether a report mail is from who the report says it is. Pure. Three things must hold:
 * 1. it has one From line with one domain;
 * 2. a DKIM signature over the whole body passes (RFC 6376), of a domain aligned with From (relaxed, RFC 9989 §4.4.1);
 * 3. every domain by which the report names its maker is of the same organisation as From, and it names at least one.
 *    Names that are no domains ("Yahoo! Inc.") prove nothing and hinder nothing. Failure reports name nobody but From.
 * SPF counts for nothing: the address that a mail came from is not known of one that was uploaded, and forwarding breaks it.
 */
export function judgeMail(mail: CheckedMail, claim: Claim): Verdict {
  const [from] = mail.fromDomains
  const senderDomain = from ?? null
  const refuse = (reason: TrustReason): Verdict => ({ trust: 'unverified', reason, senderDomain })
  if (from === undefined || mail.fromFields !== 1 || new Set(mail.fromDomains).size !== 1) return refuse('from-unclear')
  if (mail.signatures.length === 0) return refuse('no-signature')
  const own = mail.signatures.filter(({ domain }) => isAligned(domain, from))
  const [first] = own
  if (!first) return refuse('signed-by-other')
  if (!own.some(({ result }) => result === 'pass')) {
    if (own.some(({ result }) => result === 'dns-failed'))
      return { trust: 'pending', reason: 'dns-failed', senderDomain }
    return refuse(first.result === 'pass' ? 'signature-broken' : first.result)
  }
  if (claim) {
    const claimed = claimedDomains(claim)
    if (claimed.length === 0) return refuse('reporter-unnamed')
    if (!claimed.every((name) => isOneOrganization(name, from))) return refuse('reporter-other')
  }
  return { trust: 'verified', reason: null, senderDomain }
}
