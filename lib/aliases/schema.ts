import { z } from 'zod'
import { localPartSchema } from '@/lib/addresses/address'
import { addressList, switchField } from '@/lib/addresses/fields'
import { domainNameSchema } from '@/lib/domains/name'

const fields = {
  domain: domainNameSchema,
  localPart: localPartSchema,
  targets: addressList(500).refine((targets) => targets.length > 0, 'alias.noTarget'),
  note: z.string().trim().max(500, 'field.long').default(''),
  allowsSending: switchField,
}

export const createAliasSchema = z.object(fields)
export type CreateAliasInput = z.infer<typeof createAliasSchema>

export const updateAliasSchema = z.object({ ...fields, revision: z.coerce.number().int(), isDisabled: switchField })
export type UpdateAliasInput = z.infer<typeof updateAliasSchema>

export const removeAliasSchema = z.object({ domain: domainNameSchema, localPart: localPartSchema })
export type RemoveAliasInput = z.infer<typeof removeAliasSchema>
