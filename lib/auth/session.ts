import 'server-only'
import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import type { Actor } from '@/lib/auth/actor'
import { clientAddress } from '@/lib/auth/client-address'
import { cookieOptions, decodeSession, encodeSession, sessionCookie } from '@/lib/auth/next-auth'
import { getSessionActor } from '@/lib/auth/queries'
import { SESSION_SECONDS, type Visitor } from '@/lib/auth/sign-in'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors/app-error'
import { PEER_HEADER } from '@/lib/http/peer'

/** Who this request is by, or null. Asked of the database once per request. */
export const getActor = cache(async (): Promise<Actor | null> => {
  const sessionId = await decodeSession((await cookies()).get(sessionCookie())?.value)
  return sessionId ? getSessionActor(sessionId) : null
})

/** Who this request is by. Throws UNAUTHENTICATED for a stranger. */
export async function requireActor(): Promise<Actor> {
  const actor = await getActor()
  if (!actor) throw new AppError('UNAUTHENTICATED', 'auth.signInFirst')
  return actor
}

/** Where this request came from. */
export async function readVisitor(): Promise<Visitor> {
  const list = await headers()
  return {
    address: clientAddress(list.get(PEER_HEADER), list.get('x-forwarded-for'), env().POSTHOUSE_TRUSTED_PROXIES),
    userAgent: list.get('user-agent'),
  }
}

/** Gives the browser the token of a session that was opened otherwise than by the sign-in form. */
export async function writeSessionCookie(sessionId: string): Promise<void> {
  const token = await encodeSession(sessionId)
  ;(await cookies()).set(sessionCookie(), token, { ...cookieOptions(), maxAge: SESSION_SECONDS })
}

export async function clearSessionCookie(): Promise<void> {
  ;(await cookies()).set(sessionCookie(), '', { ...cookieOptions(), maxAge: 0 })
}
