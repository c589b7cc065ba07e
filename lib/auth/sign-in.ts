import 'server-only'
import { signInSchema } from '@/lib/auth/schema'
import { verifyPassword } from '@/lib/auth/password'
import { countAttempt, forgiveAttempt } from '@/lib/auth/rate-limit'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'

/** A session ends this long after it began, whatever happens in it. */
export const SESSION_SECONDS = 30 * 24 * 3600

/** Where a request came from, as the session list shows it. */
export interface Visitor {
  address: string | null
  userAgent: string | null
}

/**
 * Checks e-mail and password and opens a session; its id goes into the browser's token. Throws RATE_LIMITED after too
 * many attempts at one account or from one address, UNAUTHENTICATED for anything that does not fit, with no hint which.
 */
export async function signIn(
  credentials: unknown,
  visitor: Visitor,
  clock: Clock = systemClock,
): Promise<{ adminId: string; sessionId: string }> {
  const input = signInSchema.safeParse(credentials)
  if (!input.success) throw new AppError('UNAUTHENTICATED', 'auth.signInFailed')
  const email = input.data.email.trim().toLowerCase()
  await countAttempt('address', visitor.address ?? 'unknown')
  await countAttempt('account', email)
  const admin = await db().admin.findUnique({
    where: { email },
    select: { id: true, passwordHash: true, disabledAt: true },
  })
  const isRight = await verifyPassword(admin?.passwordHash ?? null, input.data.password)
  if (!admin || !isRight || admin.disabledAt) throw new AppError('UNAUTHENTICATED', 'auth.signInFailed')
  await forgiveAttempt('account', email)
  await forgiveAttempt('address', visitor.address ?? 'unknown')
  return { adminId: admin.id, sessionId: await openSession(admin.id, visitor, clock()) }
}

/** Makes the Session row and drops the account's rows that ended more than a month ago. */
export async function openSession(adminId: string, visitor: Visitor, now: Date): Promise<string> {
  const expiresAt = new Date(now.getTime() + SESSION_SECONDS * 1000)
  const { id } = await db().session.create({
    data: {
      adminId,
      createdAt: now,
      lastSeenAt: now,
      expiresAt,
      address: visitor.address,
      userAgent: visitor.userAgent?.slice(0, 300) ?? null,
    },
    select: { id: true },
  })
  const longAgo = new Date(now.getTime() - SESSION_SECONDS * 1000)
  await db().session.deleteMany({ where: { adminId, expiresAt: { lt: longAgo } } })
  return id
}
