import { cookies } from 'next/headers'
import { cookieOptions, csrfCookie } from '@/lib/auth/next-auth'
import { makeCsrfCookie } from '@/lib/auth/csrf'
import { env } from '@/lib/env'
import { safePath } from '@/lib/http/page-path'

/** Gives a browser the cookie that the sign-in form's token belongs to, which a page cannot do, and goes back there. */
export async function GET(request: Request): Promise<Response> {
  ;(await cookies()).set(csrfCookie(), makeCsrfCookie(env().POSTHOUSE_SECRET), cookieOptions())
  const asked = new URL(request.url).searchParams
  const query = new URLSearchParams({ begun: '1' })
  const next = safePath(asked.get('next'))
  if (next !== '/') query.set('next', next)
  const error = asked.get('error')
  if (error) query.set('error', error.slice(0, 40))
  return new Response(null, { status: 303, headers: { location: `/sign-in?${query}`, 'cache-control': 'no-store' } })
}
