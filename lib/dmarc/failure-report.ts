import { canonicalIp, looseDomain } from '@/lib/dmarc/fields'
import { ReportRefused } from '@/lib/dmarc/reasons'
import { splitHeaders, type MailContent } from '@/lib/dmarc/mail-parts'

const TEXT_LENGTH = 300

/** What a failure report says about one message; addresses keep only their domain, the message itself is not read. */
export interface FailureReport {
  /** ARF (RFC 5965, 6591, 9991), or text that only a person was meant to read. */
  format: 'arf' | 'text'
  feedbackType: string | null
  authFailure: string | null
  identityAlignment: string | null
  deliveryResult: string | null
  sourceIp: string | null
  reportedDomain: string | null
  originalFromDomain: string | null
  dkimDomain: string | null
  dkimSelector: string | null
  arrivalDate: string | null
  authenticationResults: string | null
  userAgent: string | null
}

/** Whether the mail is a failure report at all: it has an ARF part, or says so in its type or words. */
export function isFailureReport(mail: MailContent): boolean {
  if (mail.parts.some((part) => part.type === 'message/feedback-report')) return true
  if (/report-type="?feedback-report/i.test(mail.headers.get('content-type') ?? '')) return true
  return textOnly(mail) !== null
}

/**
 * The failure report in a mail. Throws ReportRefused `failure-incomplete` where an ARF part does not even say its
 * Feedback-Type.
 */
export function parseFailureReport(mail: MailContent): FailureReport {
  const part = mail.parts.find((candidate) => candidate.type === 'message/feedback-report')
  if (!part) {
    const text = textOnly(mail)
    if (!text) throw new ReportRefused('failure-incomplete')
    return text
  }
  // Some begin the part with an empty line.
  const text = part.bytes.toString('latin1').trimStart()
  const { headers } = splitHeaders(Buffer.from(text, 'latin1'))
  const field = (name: string): string | null => {
    const value = headers.get(name) ?? ''
    return value === '' ? null : value.slice(0, TEXT_LENGTH)
  }
  const feedbackType = field('feedback-type')
  if (feedbackType === null) throw new ReportRefused('failure-incomplete')
  return {
    format: 'arf',
    feedbackType: feedbackType.toLowerCase(),
    authFailure: field('auth-failure')?.toLowerCase() ?? null,
    identityAlignment: field('identity-alignment')?.toLowerCase() ?? null,
    deliveryResult: field('delivery-result')?.toLowerCase() ?? null,
    sourceIp: canonicalIp(field('source-ip') ?? ''),
    reportedDomain: domainOf(field('reported-domain')),
    originalFromDomain: domainOf(field('original-mail-from')),
    dkimDomain: domainOf(field('dkim-domain')),
    dkimSelector: domainOf(field('dkim-selector')),
    arrivalDate: field('arrival-date') ?? field('received-date'),
    authenticationResults: redacted(field('authentication-results')),
    userAgent: field('user-agent'),
  }
}

/** A report in words alone, as some Exim configurations send it: lines `Sender Domain:` and `Sender IP Address:`. */
function textOnly(mail: MailContent): FailureReport | null {
  if (!/dmarc (forensic|failure) report/i.test(mail.headers.get('subject') ?? '')) return null
  const text =
    mail.parts
      .find((part) => part.type === 'text/plain')
      ?.bytes.subarray(0, 16_384)
      .toString('latin1') ?? ''
  const line = (label: string) =>
    new RegExp(`^[ \\t]*${label}:[ \\t]*([^\\r\\n]{1,200})`, 'im').exec(text)?.[1]?.trim() ?? null
  const domain = line('Sender Domain')
  const ip = line('Sender IP Address')
  if (domain === null || ip === null) return null
  const alignment = ['DKIM', 'SPF'].filter((name) => line(`${name} Alignment`)?.toLowerCase() === 'yes')
  return {
    format: 'text',
    feedbackType: null,
    authFailure: null,
    identityAlignment: alignment.join(',').toLowerCase() || 'none',
    deliveryResult: line('DMARC Results'),
    sourceIp: canonicalIp(ip),
    reportedDomain: looseDomain(domain),
    originalFromDomain: null,
    dkimDomain: null,
    dkimSelector: null,
    arrivalDate: line('Received date'),
    authenticationResults: null,
    userAgent: null,
  }
}

function domainOf(written: string | null): string | null {
  if (written === null) return null
  const bare = written.replace(/^.*[<\s]/, '').replace(/>.*$/, '')
  return looseDomain(bare.slice(bare.lastIndexOf('@') + 1)) || null
}

/** Local parts are personal data (RFC 9991 section 7). */
function redacted(text: string | null): string | null {
  return text?.replace(/[^\s<>"'=:;,()]{1,64}@/g, '…@') ?? null
}
