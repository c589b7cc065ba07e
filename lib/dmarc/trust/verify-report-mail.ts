import 'server-only'
import { dkimVerify, type DKIMResult, type DNSResolver } from 'mailauth'
import { domainToASCII } from 'node:url'
import { withoutMboxLine } from '@/lib/dmarc/mail-parts'
import { readReportFile } from '@/lib/dmarc/read-file'
import { judgeMail, type CheckedSignature, type Claim, type Verdict } from '@/lib/dmarc/trust/verdict'

/** Each costs a question to DNS and a look at the whole body. */
const MOST_SIGNATURES = 20
const HEADER_BYTES = 256 * 1024

/** What mailauth says where a key is there but cannot be used. */
const UNUSABLE =
  /^(unknown key version|unknown key type|invalid public key|inappropriate (hash|key) algorithm|key not for email)$/

function resultOf({ status }: DKIMResult): CheckedSignature['result'] {
  switch (status.result) {
    case 'pass':
      return (status.underSized ?? 0) > 0 ? 'signature-partial' : 'pass'
    case 'temperror':
      return 'dns-failed'
    case 'policy':
      return 'key-unusable'
    default:
      if (status.comment === 'no key') return 'key-missing'
      if (status.comment === 'expired') return 'signature-expired'
      return UNUSABLE.test(status.comment ?? '') ? 'key-unusable' : 'signature-broken'
  }
}

const asciiDomain = (name: string) => domainToASCII(name.toLowerCase().replace(/\.$/, '')) || name.toLowerCase()

/** How the report in a mail names its maker. */
async function claimOf(mail: Buffer, now: number): Promise<Claim> {
  const { kind, report } = await readReportFile(mail, { now })
  if (kind === 'failure' && report) return null
  if (kind === 'tls' && report) return { organization: report.organizationName, email: report.contactInfo ?? '' }
  if (kind === 'aggregate' && report) return { organization: report.metadata.orgName, email: report.metadata.email }
  return { organization: '', email: '' }
}

/**
 * Verifies a mail with a report: its DKIM signatures (RFC 6376, RFC 8463; SHA-1 counts for nothing, RFC 8301), then
 * whether they speak for who the report says made it (`judgeMail`). `now`: milliseconds since 1970.
 */
export async function verifyReportMail(bytes: Buffer, resolver: DNSResolver, now: number): Promise<Verdict> {
  const mail = withoutMboxLine(bytes)
  const head = mail.subarray(0, HEADER_BYTES).toString('latin1')
  if ((head.match(/^(dkim-signature|arc-message-signature)[ \t]*:/gim)?.length ?? 0) > MOST_SIGNATURES)
    return { trust: 'unverified', reason: 'too-complex', senderDomain: null }
  const { headerFrom, fromFields, results } = await dkimVerify(mail, { resolver, rejectRsaSha1: true, curTime: now })
  const fromDomains = headerFrom.map((address) => asciiDomain(address.slice(address.lastIndexOf('@') + 1)))
  const signatures = results.flatMap((signature) =>
    signature.signingDomain === undefined
      ? []
      : [{ domain: asciiDomain(signature.signingDomain), result: resultOf(signature) }],
  )
  return judgeMail({ fromDomains, fromFields, signatures }, await claimOf(mail, now))
}
