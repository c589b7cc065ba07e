import { z } from 'zod'
import { canonicalAddress, canonicalValue, parseRecordName, RECORD_TYPES } from '@/lib/dns/record'
import { domainNameSchema } from '@/lib/domains/name'

const MIN_TTL_SECONDS = 1
const MAX_TTL_SECONDS = 604_800

const ttlSeconds = z.coerce
  .number('field.number')
  .int('field.number')
  .min(MIN_TTL_SECONDS, 'dns.ttl')
  .max(MAX_TTL_SECONDS, 'dns.ttl')

const TXT = /^[\x20-\x7e]+$/

/**
 * A record of the administrator's own. `name` is taken relative to the domain (`@` or nothing: the domain itself) unless
 * it ends in the domain's name; the service makes it absolute. The value comes out canonical.
 */
export const ownRecordSchema = z
  .object({
    domain: domainNameSchema,
    name: z.string().trim().max(253, 'dns.name'),
    type: z.enum(RECORD_TYPES, 'dns.type'),
    value: z.string().trim().min(1, 'dns.value').max(4096, 'dns.value'),
    ttlSeconds: ttlSeconds.default(3600),
    note: z.string().trim().max(500, 'field.long').default(''),
  })
  .transform((input, context) => {
    const name = absoluteName(input.name, input.domain)
    const value = canonicalValue(input.type, input.value)
    if (name === null) context.addIssue({ code: 'custom', path: ['name'], message: 'dns.name' })
    if (value === null || (input.type === 'TXT' && !TXT.test(value)))
      context.addIssue({ code: 'custom', path: ['value'], message: 'dns.value' })
    if (input.type === 'CNAME' && name === input.domain)
      context.addIssue({ code: 'custom', path: ['type'], message: 'dns.cnameAtApex' })
    return name === null || value === null ? z.NEVER : { ...input, name, value }
  })
export type OwnRecordInput = z.infer<typeof ownRecordSchema>

/** The absolute name in stored form of what was typed for a domain, or null where it is none. Always inside the domain. */
export function absoluteName(typed: string, domain: string): string | null {
  const text = typed.trim().toLowerCase().replace(/\.$/, '')
  if (text === '' || text === '@' || text === domain) return domain
  return parseRecordName(text.endsWith(`.${domain}`) ? text : `${text}.${domain}`)
}

export const removeOwnRecordSchema = z.object({ domain: domainNameSchema, id: z.uuid('dns.record') })
export type RemoveOwnRecordInput = z.infer<typeof removeOwnRecordSchema>

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const

const server = z.strictObject({
  address: z.string().refine((text) => canonicalAddress(text) !== null, 'dns.address'),
  port: z.int().min(1).max(65535),
})

/** What is stored of a provider beside its sealed secret. */
export const rfc2136Config = z.strictObject({
  /** The primary server that takes updates (RFC 2136). */
  server,
  /** The zone, where it is not the one that the server itself names. */
  zone: z.string().nullable(),
  keyName: z.string(),
  algorithm: z.enum(TSIG_ALGORITHMS),
  /** TTL of what we publish. */
  ttlSeconds: z.int(),
  /** Servers to check instead of those that NS records name, where these cannot be reached from here; empty: by NS. */
  authoritative: z.array(server),
})
export type Rfc2136Config = z.infer<typeof rfc2136Config>

/** A provider as it is entered. The secret is base64, as TSIG keys are written. */
export const addProviderSchema = z.object({
  name: z.string().trim().min(1, 'field.required').max(100, 'field.long'),
  kind: z.literal('rfc2136'),
  server: z
    .string()
    .trim()
    .refine((text) => canonicalAddress(text) !== null, 'dns.address'),
  port: z.coerce
    .number('field.number')
    .int('field.number')
    .min(1, 'field.number')
    .max(65535, 'field.number')
    .default(53),
  zone: z.union([z.literal('').transform(() => null), domainNameOrTop()]).default(null),
  keyName: z
    .string()
    .trim()
    .transform((text) => text.toLowerCase())
    .refine((text) => parseRecordName(text) === text, 'dns.keyName'),
  algorithm: z.enum(TSIG_ALGORITHMS).default('hmac-sha256'),
  secret: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9+/]{16,200}={0,2}$/, 'dns.secret'),
  ttlSeconds: ttlSeconds.default(3600),
  authoritative: z.array(server).default([]),
})
export type AddProviderInput = z.infer<typeof addProviderSchema>

/** A zone may be a top-level one, as in a private root. */
function domainNameOrTop() {
  return z
    .string()
    .trim()
    .transform((typed, context) => {
      const name = parseRecordName(typed)
      if (name !== null && !name.startsWith('*')) return name
      context.addIssue({ code: 'custom', message: 'domain.malformed' })
      return z.NEVER
    })
}
