import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { hashPassword } from '@/lib/auth/password'
import { hasOwner } from '@/lib/auth/queries'
import type { SetupInput } from '@/lib/auth/schema'
import { openSession, type Visitor } from '@/lib/auth/sign-in'
import { hashToken, makeToken } from '@/lib/auth/token'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'

const LINK_SECONDS = 7 * 24 * 3600

/**
 * Makes the link that creates the owner, and withdraws the ones before it. Null where there is an owner already. For the
 * installation itself (start, command line): whoever calls it holds the machine.
 */
export async function createSetupLink(clock: Clock = systemClock): Promise<{ url: string; expiresAt: Date } | null> {
  if (await hasOwner()) return null
  const token = makeToken()
  const now = clock()
  const expiresAt = new Date(now.getTime() + LINK_SECONDS * 1000)
  await db().$transaction([
    db().oneTimeLink.deleteMany({ where: { purpose: 'setup', usedAt: null } }),
    db().oneTimeLink.create({ data: { purpose: 'setup', tokenHash: hashToken(token), createdAt: now, expiresAt } }),
  ])
  return { url: new URL(`/setup?token=${token}`, env().POSTHOUSE_URL).href, expiresAt }
}

/**
 * Creates the owner by the set-up link and opens the first session. The link works once: two who use it at the same
 * moment get one owner. Throws CONFLICT where it is used, expired or unknown.
 */
export async function completeSetup(
  input: SetupInput,
  visitor: Visitor,
  clock: Clock = systemClock,
): Promise<{ adminId: string; sessionId: string }> {
  const passwordHash = await hashPassword(input.password)
  const { result } = await changeMail(
    systemActor('set-up link'),
    'setting:write',
    { domains: [], action: 'owner:create', subject: input.email, clock },
    async ({ tx, now }) => {
      const { count } = await tx.oneTimeLink.updateMany({
        where: { purpose: 'setup', tokenHash: hashToken(input.token), usedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      })
      const owner = await tx.admin.findFirst({ where: { role: 'owner' }, select: { id: true } })
      if (count !== 1 || owner) throw new AppError('CONFLICT', 'auth.setupLinkUsed')
      const { name, email } = input
      return tx.admin.create({ data: { name, email, role: 'owner', passwordHash }, select: { id: true } })
    },
  )
  return { adminId: result.id, sessionId: await openSession(result.id, visitor, clock()) }
}
