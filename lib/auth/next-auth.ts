import 'server-only'
import type { NextAuthOptions } from 'next-auth'
import { decode, encode } from 'next-auth/jwt'
import credentials from 'next-auth/providers/credentials'
import { SESSION_SECONDS, signIn, type Visitor } from '@/lib/auth/sign-in'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors/app-error'
import { logger } from '@/lib/logger/logger'

/** A secure panel's cookies carry `__Host-`: no other host and no plain http can set them. */
function prefix(): string {
  return env().POSTHOUSE_URL.startsWith('https:') ? '__Host-' : ''
}

export const sessionCookie = (): string => `${prefix()}posthouse.session`
export const csrfCookie = (): string => `${prefix()}posthouse.csrf`

export function cookieOptions() {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: prefix() !== '' } as const
}

/** next-auth's settings for one request; `visitor` says where it came from. */
export function authOptions(visitor: Visitor): NextAuthOptions {
  return {
    secret: env().POSTHOUSE_SECRET,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    cookies: {
      sessionToken: { name: sessionCookie(), options: cookieOptions() },
      csrfToken: { name: csrfCookie(), options: cookieOptions() },
      callbackUrl: { name: `${prefix()}posthouse.next`, options: cookieOptions() },
    },
    providers: [
      credentials({
        credentials: { email: {}, password: {} },
        authorize: async (input) => {
          try {
            const { adminId, sessionId } = await signIn(input, visitor)
            return { id: adminId, sessionId }
          } catch (error) {
            // next-auth puts an error's message into the URL: only codes of ours may get there.
            if (error instanceof AppError) throw new Error(error.code)
            logger('auth').error({ err: error }, 'sign-in failed')
            throw new Error('UNAVAILABLE')
          }
        },
      }),
    ],
    callbacks: {
      jwt: ({ user }) => ({ sid: (user as { sessionId?: string } | undefined)?.sessionId }),
    },
  }
}

/** The token of a session, for the cookie that next-auth would have set. */
export async function encodeSession(sessionId: string): Promise<string> {
  return encode({ secret: env().POSTHOUSE_SECRET, maxAge: SESSION_SECONDS, token: { sid: sessionId } })
}

/** The session id in a cookie's token, or null where it is not one of ours or has expired. */
export async function decodeSession(token: string | undefined): Promise<string | null> {
  if (!token) return null
  try {
    const content = await decode({ secret: env().POSTHOUSE_SECRET, token })
    return typeof content?.sid === 'string' ? content.sid : null
  } catch {
    // Forged, expired, or made with another secret: the same as no token.
    return null
  }
}
