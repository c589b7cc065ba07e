import { createTranslator } from 'use-intl/core'
import { describe, expect, test } from 'vitest'
import { result } from '@/lib/checks/check'
import { CHECK_IDS } from '@/lib/checks/registry'
import { checkTitle, checkWords, type TranslateCheck } from '@/lib/checks/words'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

const translator = (messages: object) =>
  createTranslator({ locale: 'en', messages: { checks: messages }, namespace: 'checks' }) as unknown as TranslateCheck

describe.each([
  ['en', en],
  ['fr', fr],
])('in %s', (_language, messages) => {
  test('every check has its name, why it matters and what to do', () => {
    const translate = translator(messages.checks)
    const missing = CHECK_IDS.flatMap((check) =>
      ['title', 'consequence', 'next'].map((part) => `${check}.${part}`).filter((key) => !translate.has(key)),
    )
    expect(missing).toEqual([])
  })
})

test('a finding’s own numbers stand in the words, and nothing breaks where words or numbers are missing', () => {
  const translate = translator({
    mx: { many: { title: 'Few of {subject}', next: '{count, plural, one {# is} other {# are}} {what}' } },
  })
  expect(checkWords(translate, result('mx.many', 'ok', { values: { count: 2 } }), 'a.test')).toEqual({
    title: 'Few of a.test',
    consequence: '',
    next: '2 are –',
  })
  expect(checkWords(translate, result('mx.other', 'ok'), 'a.test')).toEqual({
    ...{ title: 'mx.other', consequence: '', next: '' },
  })
})

test('a check is named without a finding, by its id where nobody named it', () => {
  const translate = translator(en.checks)
  for (const check of CHECK_IDS) expect(checkTitle(translate, check)).toMatch(/^[^{}–]{5,}$/)
  for (const check of ['no.such', '', 'spf', '__proto__', 'a..b']) expect(checkTitle(translate, check)).toBe(check)
})
