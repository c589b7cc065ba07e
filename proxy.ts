import { NextResponse, type NextRequest } from 'next/server'
import { env } from '@/lib/env'
import { PATH_HEADER } from '@/lib/http/page-path'
import { contentSecurityPolicy, securityHeaders } from '@/lib/http/security-headers'

/** Gives each page its policy with a fresh nonce, and every answer the security headers. Decides nothing about rights. */
export function proxy(request: NextRequest): NextResponse {
  const { NODE_ENV, POSTHOUSE_URL } = env()
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const policy = contentSecurityPolicy(nonce, NODE_ENV === 'development')
  const headers = new Headers(request.headers)
  headers.set('Content-Security-Policy', policy)
  headers.set(PATH_HEADER, request.nextUrl.pathname + request.nextUrl.search)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  for (const [name, value] of Object.entries(securityHeaders(POSTHOUSE_URL.startsWith('https:')))) {
    response.headers.set(name, value)
  }
  return response
}

/**
 * Not for uploads, whose whole body Next would hold back for it, and not for downloads of what others made, which have a
 * stricter policy: the policy from here would stand in its place. Those routes answer with the headers themselves.
 */
export const config = { matcher: '/((?!_next/static|_next/image|api/reports|api/report-files).*)' }
