import { z } from 'zod'
import { switchField } from '@/lib/addresses/fields'
import { canonicalAddress, canonicalValue, parseRecordName, RECORD_TYPES } from '@/lib/dns/record'
import { findService } from '@/lib/dns/providers/lexicon-services'
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
export const PROVIDER_KINDS = ['rfc2136', 'powerdns', 'lexicon'] as const
export type ProviderKind = (typeof PROVIDER_KINDS)[number]

const server = z.strictObject({
  address: z.string().refine((text) => canonicalAddress(text) !== null, 'dns.address'),
  port: z.int().min(1).max(65535),
})

/** What is stored of every provider. */
const everyConfig = {
  /** The zone, where it is not to be found from the domain's name. */
  zone: z.string().nullable(),
  /** TTL of what we publish. */
  ttlSeconds: z.int(),
  /** Servers to check instead of those that NS records name, where these cannot be reached from here; empty: by NS. */
  authoritative: z.array(server),
}

const rfc2136Config = z.strictObject({
  /** The primary server that takes updates (RFC 2136). */
  server,
  keyName: z.string(),
  algorithm: z.enum(TSIG_ALGORITHMS),
  ...everyConfig,
})
function isPlainUrl(text: string): boolean {
  const url = URL.parse(text)
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}

const powerdnsConfig = z.strictObject({
  /** Where the HTTP API answers, without `/api/v1`. */
  url: z.string(),
  /** Of the server behind the API; `localhost` unless it is a proxy to several. */
  serverId: z.string(),
  ...everyConfig,
})
/** `service`: one of lexicon's providers. */
const lexiconConfig = z.strictObject({ service: z.string(), ...everyConfig })

export type Rfc2136Config = z.infer<typeof rfc2136Config>
export type PowerdnsConfig = z.infer<typeof powerdnsConfig>
export type LexiconConfig = z.infer<typeof lexiconConfig>

/** What is stored of a provider beside its sealed credential. */
export type ProviderConfig =
  | ({ kind: 'rfc2136' } & Rfc2136Config)
  | ({ kind: 'powerdns' } & PowerdnsConfig)
  | ({ kind: 'lexicon' } & LexiconConfig)

/** Reads the columns `kind` and `config` of a provider. Throws where they were not written by us. */
export function parseProviderConfig(kind: string, config: unknown): ProviderConfig {
  switch (kind) {
    case 'rfc2136':
      return { kind, ...rfc2136Config.parse(config) }
    case 'powerdns':
      return { kind, ...powerdnsConfig.parse(config) }
    case 'lexicon':
      return { kind, ...lexiconConfig.parse(config) }
    default:
      throw new Error(`stored provider of kind ${kind}`)
  }
}

const everyProvider = {
  name: z.string().trim().min(1, 'field.required').max(100, 'field.long'),
  zone: z.union([z.literal('').transform(() => null), domainNameOrTop()]).default(null),
  ttlSeconds: ttlSeconds.default(3600),
  authoritative: z.array(server).default([]),
}

const addRfc2136 = z.object({
  kind: z.literal('rfc2136'),
  ...everyProvider,
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
  keyName: z
    .string()
    .trim()
    .transform((text) => text.toLowerCase().replace(/\.$/, ''))
    .refine((text) => parseRecordName(text) === text, 'dns.keyName'),
  algorithm: z.enum(TSIG_ALGORITHMS).default('hmac-sha256'),
  /** Base64, as TSIG keys are written. */
  secret: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9+/]{16,200}={0,2}$/, 'dns.secret'),
})

const addPowerdns = z.object({
  kind: z.literal('powerdns'),
  ...everyProvider,
  url: z
    .string()
    .trim()
    .transform((text) => text.replace(/\/+$/, '').replace(/\/api(\/v1)?$/, ''))
    .refine(isPlainUrl, 'dns.providerUrl'),
  serverId: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'dns.serverId')
    .default('localhost'),
  secret: z
    .string()
    .trim()
    .regex(/^[\x20-\x7e]{1,400}$/, 'dns.apiKey'),
})

const CREDENTIAL = 'credential_'
const MAX_CREDENTIAL = 20_000

/** lexicon's own options come as `credential_<option>`, all of them sealed together. */
const addLexicon = z
  .looseObject({ kind: z.literal('lexicon'), ...everyProvider, service: z.string().trim() })
  .transform((input, context) => {
    const { kind, name, zone, ttlSeconds: ttl, authoritative } = input
    const service = findService(input.service)
    if (!service) {
      context.addIssue({ code: 'custom', path: ['service'], message: 'dns.service' })
      return z.NEVER
    }
    const credentials: Record<string, string> = {}
    for (const { option } of service.options) {
      const value = input[CREDENTIAL + option]
      const text = typeof value === 'string' ? value.trim() : ''
      if (text !== '') credentials[option] = text
      // A prefix by which lexicon reads a file of the worker's machine instead.
      if (text.length > MAX_CREDENTIAL || /[\x00-\x1f\x7f]|^file::/.test(text))
        context.addIssue({ code: 'custom', path: [CREDENTIAL + option], message: 'dns.credential' })
    }
    const [first] = service.options
    if (first && Object.keys(credentials).length === 0)
      context.addIssue({ code: 'custom', path: [CREDENTIAL + first.option], message: 'field.required' })
    return { kind, name, zone, ttlSeconds: ttl, authoritative, service: service.id, credentials }
  })

/** A provider as it is entered. */
export const addProviderSchema = z.discriminatedUnion('kind', [addRfc2136, addPowerdns, addLexicon])
export type AddProviderInput = z.infer<typeof addProviderSchema>

/** The same from a form, with a domain to try it with at once. */
export const enterProviderSchema = z.intersection(
  addProviderSchema,
  z.object({ tryDomain: z.union([z.literal('').transform(() => null), domainNameSchema]).default(null) }),
)

export const providerNameSchema = z.object({ name: z.string().max(100, 'field.long') })

/** A provider, and a domain that it is said to hold. */
export const tryProviderSchema = z.object({ provider: z.string().max(100, 'field.long'), domain: domainNameSchema })
export type TryProviderInput = z.infer<typeof tryProviderSchema>

export const requestPlanSchema = z.object({ domain: domainNameSchema, movesMail: switchField })

export const confirmPlanSchema = z.object({ domain: domainNameSchema, plan: z.uuid('dns.planMissing') })
export type ConfirmPlanInput = z.infer<typeof confirmPlanSchema>

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
