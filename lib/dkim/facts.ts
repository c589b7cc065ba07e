import 'server-only'
import { statusAnswer } from '@/lib/agent-protocol/messages'
import { db } from '@/lib/db/client'

/**
 * Ids of retiring keys that a node may still sign with: the line is still stored, or an smtp node has not confirmed the
 * release that took it away, or holds it back.
 */
export async function keysStillSigning(): Promise<Set<string>> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT k.id::text AS id
      FROM dkim_key k JOIN domain d ON d.id = k.domain_id
     WHERE k.state = 'retiring'
       AND (EXISTS (SELECT 1 FROM entry e WHERE e.map = 'dkim/keytable' AND e.domain = d.name AND e.key = k.id::text)
         OR EXISTS (SELECT 1 FROM node_hold h
                     WHERE h.map LIKE 'dkim/%' AND h.domain = d.name
                       AND (h.key = k.id::text AND h.applied_value IS NOT NULL OR h.applied_value = k.id::text))
         OR EXISTS (SELECT 1 FROM node n
                     WHERE n.removed_at IS NULL AND 'smtp' = ANY(n.roles)
                       AND n.confirmed_release < (SELECT max(c.release) FROM release_change c
                                                   WHERE c.map = 'dkim/keytable' AND c.domain = d.name AND c.key = k.id::text)))`
  return new Set(rows.map((row) => row.id))
}

/**
 * When the oldest message came in that is on hold at an smtp node, as the nodes last told; null where none is. Whose it is
 * they do not tell: it counts for every domain.
 */
export async function oldestHeldAt(): Promise<Date | null> {
  const nodes = await db().node.findMany({
    where: { removedAt: null, roles: { has: 'smtp' } },
    select: { status: true },
  })
  const times = nodes.flatMap(({ status }) => statusAnswer.safeParse(status).data?.held?.oldestAt ?? [])
  return times.length > 0 ? new Date(Math.min(...times.map((time) => Date.parse(time)))) : null
}
