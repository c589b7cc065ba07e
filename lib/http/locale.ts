/** The languages of the panel; the first is the one for everybody else. */
export const LOCALES = ['en', 'fr'] as const
export type Locale = (typeof LOCALES)[number]

export const LOCALE_COOKIE = 'posthouse.locale'

export function isLocale(text: string | undefined): text is Locale {
  return LOCALES.includes(text as Locale)
}

/** The best of our languages for an Accept-Language header (RFC 9110 §12.5.4); quality 0 refuses. */
export function pickLocale(accept: string | null): Locale {
  const wishes = (accept ?? '')
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.trim().toLowerCase().split(';')
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean)
      return { language: range.split('-')[0], quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter((wish) => wish.quality > 0)
    .sort((one, other) => other.quality - one.quality)
  for (const { language } of wishes) {
    if (language === '*') return LOCALES[0]
    if (isLocale(language)) return language
  }
  return LOCALES[0]
}
