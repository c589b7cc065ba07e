import { expect, it } from 'vitest'
import { z } from 'zod'
import { AppError } from '@/lib/errors/app-error'
import { errorText, issueFields, type Translate } from '@/lib/http/error-text'

const texts: Record<string, string> = {
  'domain.exists': '{name} is here already',
  'password.short': 'too short',
  'field.number': 'a number',
  'form.invalid_type': 'fill this in',
  'form.invalid': 'not accepted',
  unknownCode: 'refused ({code})',
}
const translate: Translate = Object.assign(
  (key: string, values: Record<string, string | number> = {}) =>
    (texts[key] ?? key).replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name])),
  { has: (key: string) => key in texts },
)

it('puts the values of an expected error into its sentence', () => {
  expect(errorText(new AppError('CONFLICT', 'domain.exists', { name: 'example.org' }), translate)).toBe(
    'example.org is here already',
  )
})

it('says that something was refused where a code has no sentence', () => {
  expect(errorText(new AppError('CONFLICT', 'made.up'), translate)).toBe('refused (made.up)')
})

it('gives each field its sentences once, and never the schema library’s English', () => {
  const schema = z.object({
    password: z.string().min(10, 'password.short'),
    name: z.string(),
    role: z.enum(['a', 'b']),
  })
  const result = schema.safeParse({ password: 'x', role: 'c' })
  expect(result.error && issueFields(result.error, translate)).toEqual({
    password: ['too short'],
    name: ['fill this in'],
    role: ['not accepted'],
  })
})

it('says of a field that may be left empty what is wrong with what was typed', () => {
  const schema = z.object({ quota: z.union([z.literal('').transform(() => null), z.coerce.number('field.number')]) })
  const result = schema.safeParse({ quota: 'much' })
  expect(result.error && issueFields(result.error, translate)).toEqual({ quota: ['a number'] })
})
