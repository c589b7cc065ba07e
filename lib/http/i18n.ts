import { cookies, headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { isLocale, LOCALE_COOKIE, pickLocale } from '@/lib/http/locale'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

/** Language of a request: the reader's choice (cookie), else the browser's wish. No language in the URL. */
export default getRequestConfig(async () => {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value
  const locale = isLocale(chosen) ? chosen : pickLocale((await headers()).get('accept-language'))
  return { locale, messages: locale === 'fr' ? fr : en, timeZone: 'UTC', now: new Date() }
})
