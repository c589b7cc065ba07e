import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { hashPassword, verifyPassword } from '@/lib/auth/password'
import { countAttempt, forgiveAttempt } from '@/lib/auth/rate-limit'
import type { ChangePasswordInput, RevokeSessionInput } from '@/lib/auth/schema'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'

function requireAdmin(actor: Actor): Extract<Actor, { kind: 'admin' }> {
  if (actor.kind !== 'admin') throw new AppError('FORBIDDEN', 'auth.forbidden')
  return actor
}

/** Ends the session that the actor is in. */
export async function signOut(actor: Actor, clock: Clock = systemClock): Promise<void> {
  requirePermission(actor, 'session:write')
  const { id, sessionId } = requireAdmin(actor)
  await db().session.updateMany({
    where: { id: sessionId, adminId: id, revokedAt: null },
    data: { revokedAt: clock() },
  })
}

/** Ends one of the actor's own sessions. NOT_FOUND for anybody else's. */
export async function revokeSession(
  actor: Actor,
  input: RevokeSessionInput,
  clock: Clock = systemClock,
): Promise<void> {
  const { id } = requireAdmin(actor)
  await changeMail(
    actor,
    'session:write',
    { domains: [], action: 'session:revoke', subject: input.session, clock },
    async ({ tx, now }) => {
      const { count } = await tx.session.updateMany({
        where: { id: input.session, adminId: id, revokedAt: null },
        data: { revokedAt: now },
      })
      if (count === 0) throw new AppError('NOT_FOUND', 'auth.sessionMissing')
    },
  )
}

/** Ends every session of the actor, this one too. */
export async function signOutEverywhere(actor: Actor, clock: Clock = systemClock): Promise<{ ended: number }> {
  const { id, name } = requireAdmin(actor)
  const { result } = await changeMail(
    actor,
    'session:write',
    { domains: [], action: 'session:revoke-all', subject: name, clock },
    async ({ tx, now }) => tx.session.updateMany({ where: { adminId: id, revokedAt: null }, data: { revokedAt: now } }),
  )
  return { ended: result.count }
}

/** Sets the actor's own password and ends his other sessions. The current one must be right; guesses are counted. */
export async function changePassword(
  actor: Actor,
  input: ChangePasswordInput,
  clock: Clock = systemClock,
): Promise<void> {
  const { id, sessionId } = requireAdmin(actor)
  const row = await db().admin.findUniqueOrThrow({ where: { id }, select: { email: true, passwordHash: true } })
  await countAttempt('account', row.email)
  if (!(await verifyPassword(row.passwordHash, input.currentPassword))) {
    throw new AppError('INVALID', 'auth.passwordWrong', {}, { field: 'currentPassword' })
  }
  await forgiveAttempt('account', row.email)
  const passwordHash = await hashPassword(input.password)
  await changeMail(
    actor,
    'session:write',
    { domains: [], action: 'account:password', subject: row.email, clock },
    async ({ tx, now }) => {
      await tx.admin.update({ where: { id }, data: { passwordHash, revision: { increment: 1 } } })
      await tx.session.updateMany({
        where: { adminId: id, revokedAt: null, NOT: { id: sessionId } },
        data: { revokedAt: now },
      })
    },
  )
}
