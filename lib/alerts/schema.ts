import { z } from 'zod'
import { addressSchema } from '@/lib/addresses/address'
import { switchField } from '@/lib/addresses/fields'
import { LOCALES } from '@/lib/http/locale'

const language = z.enum(LOCALES)

const addMailTargetSchema = z.object({
  destination: addressSchema,
  /** One of our mailboxes, which it is sent from; empty: the first that may send. */
  sender: z.union([z.literal(''), addressSchema]).default(''),
  language,
})
export type AddMailTargetInput = z.infer<typeof addMailTargetSchema>

/** No user name or password in it: they would be shown on the page and stand in logs. */
function isWebhookUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

const addWebhookTargetSchema = z
  .object({
    destination: z.string().trim().max(1_000, 'field.long').refine(isWebhookUrl, 'alert.urlMalformed'),
    /** It may be plain http, and in a private network. */
    isPrivate: switchField,
    language,
  })
  .refine(({ destination, isPrivate }) => isPrivate || URL.parse(destination)?.protocol === 'https:', {
    message: 'alert.urlPlain',
    path: ['destination'],
  })
export type AddWebhookTargetInput = z.infer<typeof addWebhookTargetSchema>

export const alertTargetSchema = z.object({ id: z.uuid() })
export type AlertTargetInput = z.infer<typeof alertTargetSchema>

/** Whether an address gets the weekly digest of reports. */
export const alertDigestSchema = alertTargetSchema.extend({ wantsDigest: switchField })
export type AlertDigestInput = z.infer<typeof alertDigestSchema>

/** What one form takes: a webhook where it is a URL, else an address. */
export const addTargetSchema = z.preprocess(
  (input) => {
    const typed = z.object({ destination: z.string() }).loose().safeParse(input).data
    return { ...typed, kind: typed?.destination.includes('://') ? 'webhook' : 'mail' }
  },
  z.discriminatedUnion('kind', [
    addMailTargetSchema.extend({ kind: z.literal('mail') }),
    addWebhookTargetSchema.safeExtend({ kind: z.literal('webhook') }),
  ]),
)
