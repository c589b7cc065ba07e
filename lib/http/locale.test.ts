import { expect, it } from 'vitest'
import { pickLocale } from '@/lib/http/locale'

it.each([
  [null, 'en'],
  ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
  ['de,fr;q=0.5,en;q=0.7', 'en'],
  ['fr;q=0, en', 'en'],
  ['de, *;q=0.1', 'en'],
  ['xx;;q=,fr', 'fr'],
])('takes from %j the language %s', (accept, locale) => {
  expect(pickLocale(accept)).toBe(locale)
})
