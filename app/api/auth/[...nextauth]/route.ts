import NextAuth from 'next-auth'
import { authOptions } from '@/lib/auth/next-auth'
import { readVisitor } from '@/lib/auth/session'
import { safePath } from '@/lib/http/page-path'

/** The form keeps the name that was typed over the redirect in a cookie that lives this long. */
const TYPED_SECONDS = 60

/** Of next-auth's own routes only the sign-in form's target is open; signing out and reading a session are ours. */
export async function POST(request: Request, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const { nextauth } = await context.params
  if (nextauth.join('/') !== 'callback/credentials') return new Response(null, { status: 404 })
  const form = new URLSearchParams(await request.clone().text())
  const handler = NextAuth(authOptions(await readVisitor())) as (
    request: Request,
    context: { params: Promise<{ nextauth: string[] }> },
  ) => Promise<Response>
  // next-auth looks for `params` itself to know a route handler from a page's API.
  const answer = await handler(request, context)
  const location = new URL(answer.headers.get('location') ?? '/', request.url)
  const next = safePath(form.get('callbackUrl'))
  const headers = new Headers(answer.headers)
  if (location.pathname.startsWith('/api/auth/')) {
    const query = new URLSearchParams({ error: location.searchParams.get('error') ?? 'CSRF' })
    if (next !== '/') query.set('next', next)
    headers.set('location', `/sign-in?${query}`)
    const typed = encodeURIComponent((form.get('email') ?? '').slice(0, 254))
    headers.append(
      'set-cookie',
      `posthouse.typed=${typed}; Max-Age=${TYPED_SECONDS}; Path=/sign-in; HttpOnly; SameSite=Lax`,
    )
  } else headers.set('location', next)
  return new Response(null, { status: 303, headers })
}
