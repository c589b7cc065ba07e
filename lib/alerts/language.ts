// The core alone: the worker runs without a browser's React, which next-intl's own entry wants.
import { createTranslator } from 'use-intl/core'
import { checkWords, type TranslateCheck } from '@/lib/checks/words'
import { LOCALES, type Locale } from '@/lib/http/locale'
import type { Change } from '@/lib/alerts/changes'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

const MESSAGES = { en, fr }

type Sentence = (key: string, values?: Record<string, string | number>) => string

/** The words of alerts in one language. */
export interface AlertLanguage {
  /** Of the namespace `alerts`. */
  say: Sentence
  titleOf: (change: Change) => string
  list: (items: readonly string[]) => string
}

/** The words of a target's language; English where the stored one is not known. */
export function alertLanguage(stored: string): AlertLanguage {
  const locale: Locale = LOCALES.find((known) => known === stored) ?? 'en'
  const options = { locale, messages: MESSAGES[locale] }
  const say = createTranslator({ ...options, namespace: 'alerts' }) as unknown as Sentence
  const translate = createTranslator({ ...options, namespace: 'checks' }) as unknown as TranslateCheck
  const formatter = new Intl.ListFormat(locale)
  return {
    say,
    titleOf: (change) =>
      checkWords(translate, { ...change, found: [], expected: [] }, change.alias || change.scope.name).title,
    list: (items) => formatter.format(items),
  }
}
