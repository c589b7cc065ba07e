import { z } from 'zod'
import { addressSchema, localPartSchema } from '@/lib/addresses/address'
import { domainNameSchema } from '@/lib/domains/name'

/** Long enough to be worth guessing never; bounded so that hashing is. Control characters could not be typed in every client. */
export const mailboxPassword = z
  .string()
  .min(10, 'password.short')
  .max(256, 'password.long')
  .regex(/^[^\p{Cc}]*$/u, 'password.characters')

/** Check boxes: absent is off. */
const switchField = z.preprocess((value) => value === true || value === 'on' || value === 'true', z.boolean())
const quotaMebibytes = z.coerce
  .number('field.number')
  .int('field.number')
  .min(0, 'field.number')
  .max(100_000_000, 'field.number')

/** One address a line or by comma; empty for none. */
const targets = z
  .string()
  .max(20_000, 'field.long')
  .transform((text) => [...new Set(text.split(/[\s,]+/).filter((item) => item !== ''))])
  .pipe(z.array(addressSchema).max(50, 'field.many'))

export const createMailboxSchema = z.object({
  domain: domainNameSchema,
  localPart: localPartSchema,
  name: z.string().trim().max(200, 'field.long').default(''),
  /** Empty: one is made and shown once. */
  password: z.union([z.literal(''), mailboxPassword]).default(''),
  quotaMebibytes: z.union([z.literal('').transform(() => null), quotaMebibytes]).default(null),
})
export type CreateMailboxInput = z.infer<typeof createMailboxSchema>

export const updateMailboxSchema = z.object({
  domain: domainNameSchema,
  localPart: localPartSchema,
  revision: z.coerce.number().int(),
  name: z.string().trim().max(200, 'field.long'),
  quotaMebibytes,
  isImapEnabled: switchField,
  isPop3Enabled: switchField,
  isSubmissionEnabled: switchField,
  isSieveEnabled: switchField,
  isSendOnly: switchField,
  isDisabled: switchField,
  forwardTargets: targets,
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
