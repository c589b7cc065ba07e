import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { Retention } from '@/lib/retention/schema'
import { readRetention } from '@/lib/retention/stored'

/** For how many days reports are kept, by kind. */
export async function getRetention(actor: Actor): Promise<Retention> {
  requirePermission(actor, 'setting:read')
  return readRetention(db())
}
