import { z } from 'zod'

/** What receivers are asked to do with mail that fails (RFC 9989 §4.7), the weakest first. */
export const DMARC_POLICIES = ['none', 'quarantine', 'reject'] as const
/** Relaxed, strict. */
export const ALIGNMENTS = ['r', 's'] as const

const dmarcPolicy = z.enum(DMARC_POLICIES)
const alignment = z.enum(ALIGNMENTS)
const uris = z.array(z.string().max(300)).max(4)

/** MTA-STS (RFC 8461 §3.2): `off` publishes nothing; `none` tells senders to forget the policy. */
export const MTA_STS_MODES = ['off', 'testing', 'enforce', 'none'] as const

/**
 * What a domain wants of DNS beyond mail's way in and out (`Domain.dnsPolicy`). Each field has a default, so `{}` is a
 * whole policy and stored ones stay readable when a field is added.
 */
export const dnsPolicy = z.strictObject({
  /** No mail in either direction: null MX (RFC 7505), `v=spf1 -all`, DMARC `p=reject`. */
  isParked: z.boolean().default(false),
  /** `later`: the domain still receives mail elsewhere; MX is left as it is. */
  mx: z.enum(['here', 'later']).default('here'),
  /** The `all` at the end of a new SPF record. */
  spfAll: z.enum(['~', '-']).default('~'),
  /** RFC 9989 §4.7. Null takes the domain's default: sp and np as p; reports to the first of the server's addresses. */
  dmarc: z
    .strictObject({
      p: dmarcPolicy.default('none'),
      sp: dmarcPolicy.nullable().default(null),
      np: dmarcPolicy.nullable().default(null),
      adkim: alignment.default('r'),
      aspf: alignment.default('r'),
      /** `0`, `1`, `d`, `s`, joined by `:`. */
      fo: z
        .string()
        .regex(/^[01ds](:[01ds]){0,3}$/)
        .nullable()
        .default(null),
      /** `mailto:` URIs; null: the default address. */
      rua: uris.nullable().default(null),
      ruf: uris.default([]),
      psd: z.enum(['y', 'n']).nullable().default(null),
      /** Test mode: receivers apply the next weaker policy. */
      t: z.boolean().default(false),
    })
    .prefault({}),
  mtaSts: z
    .strictObject({
      mode: z.enum(MTA_STS_MODES).default('off'),
      maxAgeSeconds: z.int().min(86_400).max(31_557_600).default(604_800),
      /** RFC 8461 §3.1: changes with each change of the policy; 1 to 32 letters and digits. */
      id: z
        .string()
        .regex(/^[A-Za-z0-9]{0,32}$/)
        .default(''),
      /** When the policy was last changed, ISO; empty: never. */
      changedAt: z.string().default(''),
      /** Until then senders may hold an enforced policy of before the last change, ISO; empty: none. */
      heldUntil: z.string().default(''),
    })
    .prefault({}),
  /** `rua` of TLS-RPT (RFC 8460 §3): `mailto:` or `https:` URIs; null: the default address; none: no record. */
  tlsRpt: uris.nullable().default(null),
  /** Records by which mail programs find their settings (RFC 6186, autoconfig, autodiscover). */
  clients: z.boolean().default(true),
  /** TLSA records of the mail hosts, where their zone is signed. */
  dane: z.boolean().default(true),
  /** Issuers named by CAA (RFC 8659), such as `letsencrypt.org`; none: no CAA record. */
  caa: z.array(z.string().max(253)).max(10).default([]),
  /** BIMI: the https URLs of logo and certificate; null: no record. */
  bimi: z.strictObject({ logo: z.url(), certificate: z.url().nullable() }).nullable().default(null),
})
export type DnsPolicy = z.infer<typeof dnsPolicy>

/** The policy of a row. Throws where the column was not written by us. */
export function parseDnsPolicy(json: unknown): DnsPolicy {
  return dnsPolicy.parse(json)
}
