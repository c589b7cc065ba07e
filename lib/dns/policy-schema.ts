import { z } from 'zod'
import { parseAddress } from '@/lib/addresses/address'
import { switchField } from '@/lib/addresses/fields'
import { ALIGNMENTS, DMARC_POLICIES, MTA_STS_MODES, type DnsPolicy } from '@/lib/dns/policy'
import { canonicalValue } from '@/lib/dns/record'
import { domainNameSchema } from '@/lib/domains/name'

const MOST_LINES = 10
const MOST_URIS = 4
const DAY_SECONDS = 86_400

/** Lines, or items parted by white space, each once. */
const items = z
  .string()
  .max(4_000, 'field.long')
  .default('')
  .transform((text) => [...new Set(text.split(/\s+/).filter((item) => item !== ''))])

/** The URI of what was typed: an address, `mailto:` before it or not, or where taken `https:`. Null where it is none. */
function reportUri(typed: string, takesHttps: boolean): string | null {
  if (takesHttps && /^https:/i.test(typed)) return URL.canParse(typed) ? new URL(typed).href : null
  const address = parseAddress(typed.replace(/^mailto:/i, ''), { allowTag: true })
  return address.ok ? `mailto:${address.value.address}` : null
}

function reportUris(takesHttps: boolean) {
  return items.transform((typed, context) => {
    const uris = typed.map((item) => reportUri(item, takesHttps))
    if (uris.length > MOST_URIS) context.addIssue({ code: 'custom', message: 'field.many' })
    if (uris.includes(null)) context.addIssue({ code: 'custom', message: 'dns.reportAddress' })
    return uris.filter((uri) => uri !== null)
  })
}

/** A CAA issuer with its parameters, as it stands in the record (RFC 8659 §4.2); `;` lets nobody issue. */
const issuers = z
  .string()
  .max(4_000, 'field.long')
  .default('')
  .transform((text, context) => {
    const lines = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const isIssuer = (line: string) =>
      canonicalValue('CAA', `0 issue "${line}"`) !== null && /^(?:;|[a-z0-9.-]+\.[a-z]+\s*(?:;.*)?)$/i.test(line)
    if (lines.length > MOST_LINES) context.addIssue({ code: 'custom', message: 'field.many' })
    if (!lines.every(isIssuer)) context.addIssue({ code: 'custom', message: 'dns.issuer' })
    return [...new Set(lines)]
  })

const httpsUrl = z
  .string()
  .trim()
  .max(500, 'field.long')
  .default('')
  .refine((text) => text === '' || (/^https:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text)), 'dns.httpsUrl')

const orNull = <T extends string>(values: readonly T[]) =>
  z.union([z.literal('').transform(() => null), z.enum(values)])

const fields = z.object({
  domain: domainNameSchema,
  revision: z.coerce.number().int(),
  isParked: switchField,
  /** The domain's name typed again, where it is to be parked. */
  confirmation: z.string().max(1000).default(''),
  mx: z.enum(['here', 'later']),
  spfAll: z.enum(['~', '-']),
  p: z.enum(DMARC_POLICIES),
  sp: orNull(DMARC_POLICIES),
  np: orNull(DMARC_POLICIES),
  adkim: z.enum(ALIGNMENTS),
  aspf: z.enum(ALIGNMENTS),
  fo: z.union([z.literal('').transform(() => null), z.string().regex(/^[01ds](:[01ds]){0,3}$/, 'form.invalid')]),
  rua: reportUris(false),
  ruf: reportUris(false),
  psd: orNull(['y', 'n'] as const),
  t: switchField,
  mtaStsMode: z.enum(MTA_STS_MODES),
  mtaStsDays: z.coerce.number('field.number').int('field.number').min(1, 'dns.days').max(365, 'dns.days'),
  tlsRpt: switchField,
  tlsRptUris: reportUris(true),
  clients: switchField,
  dane: switchField,
  caa: issuers,
  bimiLogo: httpsUrl,
  bimiCertificate: httpsUrl,
})

/** A policy as its form gives it: what of MTA-STS the service keeps by itself is not among it. */
export type PolicyInput = Omit<DnsPolicy, 'mtaSts'> & { mtaSts: Pick<DnsPolicy['mtaSts'], 'mode' | 'maxAgeSeconds'> }

/**
 * A domain's DNS policy as it is entered. Addresses for reports may be typed without `mailto:`; none means the default for
 * DMARC and, with its box ticked, for TLS reports.
 */
export const updateDnsPolicySchema = fields.transform((input, context) => {
  const { domain, revision, confirmation, p, sp, np, adkim, aspf, fo, rua, ruf, psd, t, ...rest } = input
  if (rest.bimiLogo === '' && rest.bimiCertificate !== '')
    context.addIssue({ code: 'custom', path: ['bimiLogo'], message: 'field.required' })
  const policy: PolicyInput = {
    isParked: rest.isParked,
    mx: rest.mx,
    spfAll: rest.spfAll,
    dmarc: { p, sp, np, adkim, aspf, fo, rua: rua.length > 0 ? rua : null, ruf, psd, t },
    mtaSts: { mode: rest.mtaStsMode, maxAgeSeconds: rest.mtaStsDays * DAY_SECONDS },
    tlsRpt: rest.tlsRpt ? (rest.tlsRptUris.length > 0 ? rest.tlsRptUris : null) : [],
    clients: rest.clients,
    dane: rest.dane,
    caa: rest.caa,
    bimi: rest.bimiLogo === '' ? null : { logo: rest.bimiLogo, certificate: rest.bimiCertificate || null },
  }
  return { domain, revision, confirmation, policy }
})
export type UpdateDnsPolicyInput = z.infer<typeof updateDnsPolicySchema>

/** The part of a policy that says what becomes of mail that fails. */
export const changeDmarcPolicySchema = fields.pick({
  ...{ domain: true, revision: true, p: true, sp: true, np: true, adkim: true, aspf: true },
})
export type ChangeDmarcPolicyInput = z.infer<typeof changeDmarcPolicySchema>
