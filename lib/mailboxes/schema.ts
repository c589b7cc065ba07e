import { z } from 'zod'
import { localPartSchema } from '@/lib/addresses/address'
import { addressList, mebibytesField, switchField } from '@/lib/addresses/fields'
import { domainNameSchema } from '@/lib/domains/name'

/** Long enough to be worth guessing never; bounded so that hashing is. Control characters could not be typed in every client. */
export const mailboxPassword = z
  .string()
  .min(10, 'password.short')
  .max(256, 'password.long')
  .regex(/^[^\p{Cc}]*$/u, 'password.characters')

export const createMailboxSchema = z.object({
  domain: domainNameSchema,
  localPart: localPartSchema,
  name: z.string().trim().max(200, 'field.long').default(''),
  /** Empty: one is made and shown once. */
  password: z.union([z.literal(''), mailboxPassword]).default(''),
  quotaMebibytes: z.union([z.literal('').transform(() => null), mebibytesField]).default(null),
})
export type CreateMailboxInput = z.infer<typeof createMailboxSchema>

export const updateMailboxSchema = z.object({
  domain: domainNameSchema,
  localPart: localPartSchema,
  revision: z.coerce.number().int(),
  name: z.string().trim().max(200, 'field.long'),
  quotaMebibytes: mebibytesField,
  isImapEnabled: switchField,
  isPop3Enabled: switchField,
  isSubmissionEnabled: switchField,
  isSieveEnabled: switchField,
  isSendOnly: switchField,
  isDisabled: switchField,
  forwardTargets: addressList(50),
  forwardKeepsCopy: switchField,
})
export type UpdateMailboxInput = z.infer<typeof updateMailboxSchema>

export const setMailboxPasswordSchema = z.object({
  domain: domainNameSchema,
  localPart: localPartSchema,
  password: z.union([z.literal(''), mailboxPassword]),
})
export type SetMailboxPasswordInput = z.infer<typeof setMailboxPasswordSchema>

export const removeMailboxSchema = z.object({
  domain: domainNameSchema,
  localPart: localPartSchema,
  confirmation: z.string().max(1000),
})
export type RemoveMailboxInput = z.infer<typeof removeMailboxSchema>
