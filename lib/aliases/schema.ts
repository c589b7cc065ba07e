import { z } from 'zod'
import { addressSchema, localPartSchema } from '@/lib/addresses/address'
import { domainNameSchema } from '@/lib/domains/name'

const switchField = z.preprocess((value) => value === true || value === 'on' || value === 'true', z.boolean())

/** One address a line, or by comma. */
const targets = z
  .string()
  .max(60_000, 'field.long')
  .transform((text) => [...new Set(text.split(/[\s,]+/).filter((item) => item !== ''))])
  .pipe(z.array(addressSchema).min(1, 'alias.noTarget').max(500, 'field.many'))

const fields = {
  domain: domainNameSchema,
  localPart: localPartSchema,
  targets,
  note: z.string().trim().max(500, 'field.long').default(''),
  allowsSending: switchField,
}

export const createAliasSchema = z.object(fields)
export type CreateAliasInput = z.infer<typeof createAliasSchema>

export const updateAliasSchema = z.object({ ...fields, revision: z.coerce.number().int(), isDisabled: switchField })
export type UpdateAliasInput = z.infer<typeof updateAliasSchema>

export const removeAliasSchema = z.object({ domain: domainNameSchema, localPart: localPartSchema })
export type RemoveAliasInput = z.infer<typeof removeAliasSchema>
