import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { TextField } from '@/components/form/field'
import { buttonClass } from '@/components/ui/button-class'
import { readCsrfCookie } from '@/lib/auth/csrf'
import { csrfCookie } from '@/lib/auth/next-auth'
import { hasOwner } from '@/lib/auth/queries'
import { getActor } from '@/lib/auth/session'
import { env } from '@/lib/env'
import { safePath } from '@/lib/http/page-path'
import { plainQuery } from '@/lib/http/query'

/** What the sign-in answers, as a key of `messages/`. */
const ERRORS: Record<string, string> = {
  UNAUTHENTICATED: 'failed',
  RATE_LIMITED: 'limited',
  UNAVAILABLE: 'unavailable',
  CSRF: 'again',
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('signIn'))('title') }
}

/** A native form over next-auth's own callback: it needs no JavaScript at all. */
export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ next?: string; error?: string; begun?: string }>
}) {
  const query = await plainQuery(searchParams)
  const next = safePath(query.next)
  if (await getActor()) redirect(next)
  const jar = await cookies()
  const token = readCsrfCookie(jar.get(csrfCookie())?.value, env().POSTHOUSE_SECRET)
  if (!token && query.begun === undefined) {
    const wanted = new URLSearchParams({
      ...(next === '/' ? {} : { next }),
      ...(query.error ? { error: query.error } : {}),
    })
    redirect(`/api/begin?${wanted}`)
  }
  const [t, isSetUp] = await Promise.all([getTranslations('signIn'), hasOwner()])
  const error = query.error ? t(ERRORS[query.error] ?? 'failed') : null
  return (
    <>
      <h1>{t('title')}</h1>
      {isSetUp ? null : <p className="text-muted">{t('noOwner')}</p>}
      {token ? null : <p className="text-broken">{t('cookies')}</p>}
      {error ? (
        <p
          role="alert"
          id="sign-in-error"
          className="border-broken bg-broken-soft text-broken rounded-md border px-3 py-2"
        >
          {error}
        </p>
      ) : null}
      <form action="/api/auth/callback/credentials" method="post" className="flex flex-col gap-4">
        <input type="hidden" name="csrfToken" value={token ?? ''} />
        <input type="hidden" name="callbackUrl" value={next} />
        <TextField
          name="email"
          label={t('email')}
          type="email"
          autoComplete="username"
          defaultValue={jar.get('posthouse.typed')?.value}
          aria-describedby={error ? 'sign-in-error' : undefined}
          required
        />
        <TextField
          name="password"
          label={t('password')}
          type="password"
          autoComplete="current-password"
          aria-describedby={error ? 'sign-in-error' : undefined}
          required
        />
        <div>
          <button type="submit" className={buttonClass('primary')}>
            {t('submit')}
          </button>
        </div>
      </form>
    </>
  )
}
