import { z } from 'zod'
import { ACKNOWLEDGED_AS } from '@/lib/checks/acknowledgement'
import { parseRecordName } from '@/lib/dns/record'
import { formatServer, parseServer } from '@/lib/dns/resolver'
import { domainNameSchema } from '@/lib/domains/name'

/** Days for which a finding may be acknowledged. */
export const ACKNOWLEDGE_DAYS = [7, 30, 90, 365] as const

const id = z.uuid()

export const findingSchema = z.object({ id })
export type FindingInput = z.infer<typeof findingSchema>

export const acknowledgeSchema = z.object({
  id,
  as: z.enum(ACKNOWLEDGED_AS),
  reason: z.string().trim().min(1, 'check.reasonMissing').max(500, 'field.long'),
  days: z.coerce.number().refine((days) => (ACKNOWLEDGE_DAYS as readonly number[]).includes(days), 'form.invalid'),
})
export type AcknowledgeInput = z.infer<typeof acknowledgeSchema>

export const checkDomainSchema = z.object({ domain: domainNameSchema })
export type CheckDomainInput = z.infer<typeof checkDomainSchema>

export const checkNodeSchema = z.object({ node: z.string().min(1).max(100) })
export type CheckNodeInput = z.infer<typeof checkNodeSchema>

const words = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter((item) => item !== ''))]

/** Resolvers as typed, one a line or by comma; empty: the system's. */
const resolvers = z
  .string()
  .max(2_000, 'field.long')
  .transform((text) => words(text).map((item) => ({ item, server: parseServer(item) })))
  .refine((items) => items.every(({ server }) => server !== null), 'check.resolverMalformed')
  .refine((items) => items.length <= 8, 'field.many')
  .transform((items) => items.flatMap(({ server }) => (server ? [formatServer(server)] : [])))

/** Zones of block lists, one a line; empty: none is asked. */
const dnsbls = z
  .string()
  .max(5_000, 'field.long')
  .transform((text) => words(text).map((item) => ({ item, name: parseRecordName(item) })))
  .refine((items) => items.every(({ name }) => name?.includes('.') === true), 'check.dnsblMalformed')
  .refine((items) => items.length <= 40, 'field.many')
  .transform((items) => items.flatMap(({ name }) => (name === null ? [] : [name])))

export const checkSettingsSchema = z.object({ resolvers, dnsbls })
export type CheckSettingsInput = z.infer<typeof checkSettingsSchema>

/** What of the findings of all domains a page shows; what is written wrongly counts as not written. */
export const findingFilter = z.object({
  check: z.string().max(100).optional().catch(undefined),
  level: z.enum(['broken', 'attention']).optional().catch(undefined),
  who: z.enum(['dns', 'host', 'server', 'sender']).optional().catch(undefined),
  /** `acknowledged`: what is quiet for now; otherwise what is not. */
  show: z.enum(['acknowledged']).optional().catch(undefined),
})
export type FindingFilter = z.infer<typeof findingFilter>
