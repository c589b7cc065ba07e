import 'server-only'
import { z } from 'zod'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db, type Tx } from '@/lib/db/client'
import { postmasterAddress } from '@/lib/settings/postmaster'
import { serverCheckResult, type ServerCheckResult } from '@/lib/settings/server-checks'
import type { ServerSettings } from '@/lib/settings/schema'

export const SERVER_KEYS = {
  hostName: 'server.hostName',
  publicAddresses: 'server.publicAddresses',
  postmasterAddress: 'server.postmasterAddress',
  checks: 'server.checks',
} as const

/** The server's settings as stored; for renderers' loaders and services, which know who asks. */
export async function readServerSettings(tx: Tx): Promise<ServerSettings> {
  const rows = await tx.setting.findMany({ where: { key: { in: Object.values(SERVER_KEYS) } } })
  const value = (key: string): unknown => rows.find((row) => row.key === key)?.value
  const text = (key: string): string | null => z.string().safeParse(value(key)).data ?? null
  return {
    hostName: text(SERVER_KEYS.hostName),
    publicAddresses: z.array(z.string()).safeParse(value(SERVER_KEYS.publicAddresses)).data ?? [],
    postmasterAddress: await postmasterAddress(tx),
  }
}

/** The server's settings for a page. */
export async function getServerSettings(actor: Actor): Promise<ServerSettings> {
  requirePermission(actor, 'setting:read')
  return readServerSettings(db())
}

/** The same for the form: where nothing is stored yet, what the first smtp node says of itself. */
export async function getServerSettingsForForm(actor: Actor): Promise<ServerSettings> {
  const settings = await getServerSettings(actor)
  if (settings.hostName !== null) return settings
  const node = await db().node.findFirst({
    where: { removedAt: null, roles: { has: 'smtp' } },
    orderBy: { createdAt: 'asc' },
    select: { hostName: true, publicAddresses: true },
  })
  return node ? { ...settings, ...node } : settings
}

const storedChecks = z.object({ at: z.coerce.date(), checks: z.array(serverCheckResult) })

/** What the server's checks last found, and when; null where they never ran. */
export async function getServerChecks(actor: Actor): Promise<{ at: Date; checks: ServerCheckResult[] } | null> {
  requirePermission(actor, 'setting:read')
  const row = await db().setting.findUnique({ where: { key: SERVER_KEYS.checks } })
  return storedChecks.safeParse(row?.value).data ?? null
}
