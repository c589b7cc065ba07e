import { cookies } from 'next/headers'
import { env } from '@/lib/env'
import { isLocale, LOCALE_COOKIE } from '@/lib/http/locale'
import { isOurOrigin } from '@/lib/http/origin'
import { readTheme, THEME_COOKIE } from '@/lib/http/theme'

const YEAR_SECONDS = 365 * 24 * 3600

/** Keeps the reader's language or light in a cookie and goes back to the page the form was on. Anybody may. */
export async function POST(request: Request): Promise<Response> {
  if (!isOurOrigin(request.headers.get('origin'), env().POSTHOUSE_URL)) return new Response(null, { status: 403 })
  const form = await request.formData()
  const jar = await cookies()
  const options = {
    path: '/',
    maxAge: YEAR_SECONDS,
    sameSite: 'lax',
    httpOnly: true,
    secure: env().POSTHOUSE_URL.startsWith('https:'),
  } as const
  const locale = form.get('locale')
  if (typeof locale === 'string' && isLocale(locale)) jar.set(LOCALE_COOKIE, locale, options)
  const theme = form.get('theme')
  if (typeof theme === 'string') jar.set(THEME_COOKIE, readTheme(theme), options)
  return new Response(null, { status: 303, headers: { location: backFrom(request.headers.get('referer')) } })
}

/** Path and query of the page before, which was ours: the Origin is. The Referer is exact also after the page moved on. */
function backFrom(referer: string | null): string {
  if (!referer || !URL.canParse(referer)) return '/'
  const { pathname, search } = new URL(referer)
  return pathname.startsWith('//') ? '/' : pathname + search
}
