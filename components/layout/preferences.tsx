import { cookies } from 'next/headers'
import { getLocale, getTranslations } from 'next-intl/server'
import { LOCALES } from '@/lib/http/locale'
import { readTheme, THEME_COOKIE, THEMES } from '@/lib/http/theme'

const BUTTON =
  'cursor-pointer rounded-sm px-1.5 py-0.5 text-xs text-muted hover:bg-sunken hover:text-text aria-pressed:bg-sunken aria-pressed:font-semibold aria-pressed:text-text'

/** Language and light: plain forms that post to a route and come back, so that they work everywhere. */
export async function Preferences() {
  const [t, locale, jar] = await Promise.all([getTranslations('preferences'), getLocale(), cookies()])
  const theme = readTheme(jar.get(THEME_COOKIE)?.value)
  return (
    <form action="/api/preferences" method="post" className="flex flex-wrap items-center justify-between gap-1">
      <div role="group" aria-label={t('language')}>
        {LOCALES.map((item) => (
          <button key={item} name="locale" value={item} lang={item} aria-pressed={item === locale} className={BUTTON}>
            {t(`locales.${item}`)}
          </button>
        ))}
      </div>
      <div role="group" aria-label={t('theme')}>
        {THEMES.map((item) => (
          <button key={item} name="theme" value={item} aria-pressed={item === theme} className={BUTTON}>
            {t(`themes.${item}`)}
          </button>
        ))}
      </div>
    </form>
  )
}
