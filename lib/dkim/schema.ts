import { z } from 'zod'
import { switchField } from '@/lib/addresses/fields'
import { parseRecordName } from '@/lib/dns/record'
import { domainNameSchema } from '@/lib/domains/name'

/** Days between rotations that can be set. */
const LEAST_ROTATION_DAYS = 30
const MOST_ROTATION_DAYS = 730
const MAX_PEM = 20_000

/** A rotation with choices: what the record says of the new key (RFC 6376 §3.6.1), test mode (`t=y`) and not for subdomains (`t=s`). */
export const rotateKeySchema = z
  .object({
    domain: domainNameSchema,
    isTest: switchField,
    isStrict: switchField,
    replacesCompromised: switchField,
  })
  .transform(({ domain, isTest, isStrict, replacesCompromised }) => ({
    domain,
    flags: [...(isTest ? ['y'] : []), ...(isStrict ? ['s'] : [])],
    isCompromised: replacesCompromised,
  }))
export type RotateKeyInput = z.infer<typeof rotateKeySchema>

export const switchToSpareSchema = z.object({ domain: domainNameSchema, isCompromised: switchField })
export type SwitchToSpareInput = z.infer<typeof switchToSpareSchema>

export const dropKeySchema = z.object({ domain: domainNameSchema, key: z.uuid('dkim.missing') })
export type DropKeyInput = z.infer<typeof dropKeySchema>

/** A selector (RFC 6376 §3.1): labels, joined by dots. */
const selector = z
  .string()
  .trim()
  .max(63, 'dkim.selector')
  .transform((text, context) => {
    const name = parseRecordName(text)
    if (name !== null && !name.startsWith('*')) return name
    context.addIssue({ code: 'custom', message: 'dkim.selector' })
    return z.NEVER
  })

/** A key that somebody brings along. `secretKey` is its PEM: the service reads it, and nothing else may keep it. */
export const importKeySchema = z.object({
  domain: domainNameSchema,
  selector,
  secretKey: z.string().min(1, 'field.required').max(MAX_PEM, 'field.long'),
})
export type ImportKeyInput = z.infer<typeof importKeySchema>

/** Nothing typed is null. */
const orNothing = <S extends z.ZodType>(schema: S) =>
  z.preprocess((typed) => (typed === '' ? null : typed), schema.nullable())

const rotationDays = z.coerce
  .number('dkim.rotationDays')
  .int('dkim.rotationDays')
  .min(LEAST_ROTATION_DAYS, 'dkim.rotationDays')
  .max(MOST_ROTATION_DAYS, 'dkim.rotationDays')

export const keySettingsSchema = z.object({
  domain: domainNameSchema,
  signsEd25519: switchField,
  keepsSpareKey: switchField,
  /** Nothing: only by hand. */
  keyRotationDays: orNothing(rotationDays),
  isDelegated: switchField,
})
export type KeySettingsInput = z.infer<typeof keySettingsSchema>

/** The zone of ours for the keys of delegated domains, and the name of the provider that publishes it; no zone: none. */
export const keyDelegationSchema = z
  .object({
    zone: orNothing(domainNameSchema),
    provider: z.string().trim().max(100, 'field.long').default(''),
  })
  .refine(({ zone, provider }) => zone === null || provider !== '', { path: ['provider'], message: 'field.required' })
export type KeyDelegationInput = z.infer<typeof keyDelegationSchema>
