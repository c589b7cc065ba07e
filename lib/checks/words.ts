import type { CheckResult } from '@/lib/checks/check'

/** What of a translator this needs; its namespace is `checks`. */
export interface TranslateCheck {
  (key: string, values?: Record<string, string | number>): string
  has(key: string): boolean
  raw(key: string): unknown
}

/** The sentences of a finding; `consequence` and `next` are empty where nobody wrote them. */
export interface CheckWords {
  title: string
  consequence: string
  next: string
}

/** Names of an ICU text's arguments, and of more that does no harm. */
const argumentsOf = (text: string): string[] => [...text.matchAll(/\{\s*(\w+)/g)].map((match) => match[1] ?? '')

/**
 * A finding in words: its check's, with its own numbers and names. A check without words shows its id, a number that
 * this finding has not a dash: a page never breaks for a sentence.
 */
export function checkWords(
  translate: TranslateCheck,
  { check, subject, found, expected, values }: Pick<CheckResult, 'check' | 'subject' | 'found' | 'expected' | 'values'>,
  name: string,
): CheckWords {
  const known = { name, subject: subject || name, found: found.join(', '), expected: expected.join(', '), ...values }
  const words = (part: string): string => {
    const key = `${check}.${part}`
    if (!translate.has(key)) return ''
    const missing = argumentsOf(String(translate.raw(key))).map((argument) => [argument, '–'] as const)
    return translate(key, { ...Object.fromEntries(missing), ...known })
  }
  return { title: words('title') || check, consequence: words('consequence'), next: words('next') }
}

/** The name of a check, of no finding in particular; its id where it has none. */
export function checkTitle(translate: TranslateCheck, check: string): string {
  return checkWords(translate, { check, subject: '', found: [], expected: [], values: {} }, '').title
}
