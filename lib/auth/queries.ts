import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { hashToken } from '@/lib/auth/token'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'

/** A session ends this long after its last request. */
export const IDLE_SECONDS = 7 * 24 * 3600

const SEEN_EVERY_MS = 60_000

/**
 * The administrator of a session, or null where the session was revoked, has ended, or its account is disabled. Read on
 * each request: the browser's token alone is worth nothing. Notes the visit at most once a minute.
 */
export async function getSessionActor(sessionId: string, clock: Clock = systemClock): Promise<Actor | null> {
  const now = clock()
  const row = await db().session.findFirst({
    where: {
      id: sessionId,
      revokedAt: null,
      expiresAt: { gt: now },
      lastSeenAt: { gt: new Date(now.getTime() - IDLE_SECONDS * 1000) },
      admin: { disabledAt: null },
    },
    select: { lastSeenAt: true, address: true, admin: { select: { id: true, name: true, role: true } } },
  })
  if (!row) return null
  if (now.getTime() - row.lastSeenAt.getTime() > SEEN_EVERY_MS) {
    await db().session.updateMany({ where: { id: sessionId }, data: { lastSeenAt: now } })
  }
  const { id, name, role } = row.admin
  return { kind: 'admin', id, name, role, sessionId, address: row.address }
}

export interface SessionView {
  id: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  address: string | null
  userAgent: string | null
  isCurrent: boolean
}

/** The actor's own sessions that still count, the latest used first. */
export async function listSessions(actor: Actor, clock: Clock = systemClock): Promise<SessionView[]> {
  requirePermission(actor, 'session:write')
  if (actor.kind !== 'admin') return []
  const now = clock()
  const rows = await db().session.findMany({
    where: {
      adminId: actor.id,
      revokedAt: null,
      expiresAt: { gt: now },
      lastSeenAt: { gt: new Date(now.getTime() - IDLE_SECONDS * 1000) },
    },
    orderBy: { lastSeenAt: 'desc' },
    take: 100,
    select: { id: true, createdAt: true, lastSeenAt: true, expiresAt: true, address: true, userAgent: true },
  })
  return rows.map((row) => ({ ...row, isCurrent: row.id === actor.sessionId }))
}

export interface AccountView {
  name: string
  email: string
  createdAt: Date
}

/** The actor's own account. Null for the system itself. */
export async function getAccount(actor: Actor): Promise<AccountView | null> {
  requirePermission(actor, 'session:write')
  if (actor.kind !== 'admin') return null
  return db().admin.findUnique({ where: { id: actor.id }, select: { name: true, email: true, createdAt: true } })
}

/** What a set-up link is good for: `open`, `used`, `expired`, or `unknown`. The token is what counts; no actor yet. */
export async function getSetupLinkState(
  token: string,
  clock: Clock = systemClock,
): Promise<'open' | 'used' | 'expired' | 'unknown'> {
  const link = await db().oneTimeLink.findFirst({
    where: { tokenHash: hashToken(token), purpose: 'setup' },
    select: { usedAt: true, expiresAt: true },
  })
  if (!link) return 'unknown'
  if (link.usedAt || (await hasOwner())) return 'used'
  return link.expiresAt > clock() ? 'open' : 'expired'
}

/** Whether the installation has an owner; before that nobody can sign in. */
export async function hasOwner(): Promise<boolean> {
  return (await db().admin.findFirst({ where: { role: 'owner' }, select: { id: true } })) !== null
}
