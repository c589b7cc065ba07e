import { expect, it } from 'vitest'
import { markDifference } from '@/components/data/mark-difference'

const marked = (found: string, expected: string): string =>
  markDifference(found, expected)
    .map(({ text, isNew }) => (isNew ? `[${text}]` : text))
    .join('')

it('marks the words of the expected text that were not found', () => {
  expect(marked('v=spf1 include:_spf.crm.example ~all', 'v=spf1 ip4:192.0.2.11 include:_spf.crm.example ~all')).toBe(
    'v=spf1 [ip4:192.0.2.11] include:_spf.crm.example ~all',
  )
})

it('marks neighbours together, and all of it where nothing was found', () => {
  expect(marked('', 'v=DMARC1; p=none; rua=mailto:a@b.example')).toBe('[v=DMARC1; p=none; rua=mailto:a@b.example]')
})

it('marks a word that is there once and wanted twice', () => {
  expect(marked('a b', 'a b a')).toBe('a b [a]')
})

it('leaves every character in place', () => {
  const expected = '  10 mx1.example.\n20  mx2.example. '
  expect(
    markDifference('10 mx2.example.', expected)
      .map(({ text }) => text)
      .join(''),
  ).toBe(expected)
})
