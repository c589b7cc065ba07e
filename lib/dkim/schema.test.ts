import { expect, test } from 'vitest'
import { importKeySchema, keyDelegationSchema, keySettingsSchema, rotateKeySchema } from '@/lib/dkim/schema'

const domain = 'a.test'
const messages = (result: { error?: { issues: { message: string }[] } }) =>
  result.error?.issues.map((issue) => issue.message)

test('ticks become flags of the record', () => {
  expect(rotateKeySchema.parse({ domain, isTest: 'on', isStrict: 'on' })).toMatchObject({ flags: ['y', 's'] })
  expect(rotateKeySchema.parse({ domain })).toEqual({ domain, flags: [], isCompromised: false })
})

test.each(['mail', 'MAIL', ' 2024._mail ', 'a.b.c'])('%j is a selector', (selector) => {
  const parsed = importKeySchema.parse({ domain, selector, secretKey: 'x' })
  expect(parsed.selector).toBe(selector.trim().toLowerCase())
})

test.each(['', '*', '*.mail', 'a b', 'a..b', '-', 'x'.repeat(64), 'mail\nv=DKIM1', 'clé'])(
  '%j is no selector',
  (selector) => {
    expect(messages(importKeySchema.safeParse({ domain, selector, secretKey: 'x' }))).toEqual(['dkim.selector'])
  },
)

test('days are thirty to two years, or none', () => {
  const days = (keyRotationDays: string) => keySettingsSchema.safeParse({ domain, keyRotationDays })
  expect(days('').data?.keyRotationDays).toBeNull()
  expect(days('30').data?.keyRotationDays).toBe(30)
  for (const wrong of ['29', '731', '0', '-1', '45.5', 'x'])
    expect(messages(days(wrong)), wrong).toEqual(['dkim.rotationDays'])
})

test('a zone for keys needs a provider', () => {
  expect(keyDelegationSchema.safeParse({ zone: '', provider: '' }).data).toEqual({ zone: null, provider: '' })
  expect(messages(keyDelegationSchema.safeParse({ zone: 'keys.test', provider: '' }))).toEqual(['field.required'])
  expect(messages(keyDelegationSchema.safeParse({ zone: 'no zone', provider: 'x' }))).toEqual(['domain.malformed'])
})
