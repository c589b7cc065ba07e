import { z } from 'zod'
import { addressSchema } from '@/lib/addresses/address'
import { mebibytesField } from '@/lib/addresses/fields'
import { domainNameSchema } from '@/lib/domains/name'

const optionalAddress = z.union([z.literal('').transform(() => null), addressSchema])

export const createDomainSchema = z.object({
  name: domainNameSchema,
  description: z.string().trim().max(500, 'field.long').default(''),
})
export type CreateDomainInput = z.infer<typeof createDomainSchema>

export const updateDomainSchema = z.object({
  name: domainNameSchema,
  revision: z.coerce.number().int(),
  description: z.string().trim().max(500, 'field.long'),
  catchAllTarget: optionalAddress,
  postmasterTarget: optionalAddress,
  suspendMode: z.union([z.literal('').transform(() => null), z.enum(['refuse', 'retry', 'deliver'])]),
  defaultQuotaMebibytes: mebibytesField,
})
export type UpdateDomainInput = z.infer<typeof updateDomainSchema>

export const removeDomainSchema = z.object({
  name: domainNameSchema,
  /** The name typed again. */
  confirmation: z.string().max(1000),
})
export type RemoveDomainInput = z.infer<typeof removeDomainSchema>

export const domainAliasSchema = z.object({ name: domainNameSchema, alias: domainNameSchema })
export type DomainAliasInput = z.infer<typeof domainAliasSchema>
