import { isIP } from 'node:net'
import { z } from 'zod'
import { addressSchema } from '@/lib/addresses/address'
import { domainNameSchema } from '@/lib/domains/name'

/** Addresses as typed: one a line, or by comma or white space. */
const publicAddresses = z
  .string()
  .max(2_000, 'field.long')
  .transform((text) => [...new Set(text.split(/[\s,]+/).filter((item) => item !== ''))])
  .refine((items) => items.every((item) => isIP(item) !== 0), 'settings.addressMalformed')
  .refine((items) => items.length > 0, 'settings.addressMissing')
  .refine((items) => items.length <= 20, 'field.many')

export const serverSettingsSchema = z.object({
  hostName: domainNameSchema,
  publicAddresses,
  postmasterAddress: addressSchema,
})
export type ServerSettingsInput = z.infer<typeof serverSettingsSchema>

/** What the installation knows of itself. `postmasterAddress` is the owner's e-mail until somebody sets another. */
export interface ServerSettings {
  hostName: string | null
  publicAddresses: string[]
  postmasterAddress: string | null
}
