import 'server-only'
import type { MapChange } from '@/lib/agent-protocol/messages'
import { db } from '@/lib/db/client'
import { openAsWorker } from '@/lib/secrets/seal'

/**
 * The private keys (PEM by key id) that a delivery's `dkim/keys` lines refer to. Only the worker can open them, and only
 * a node that gets the reference gets the bytes (MAIL rule 30).
 */
export async function keysToSend(changes: readonly MapChange[]): Promise<Record<string, string>> {
  const ids = changes
    .filter((change) => change.map === 'dkim/keys')
    .flatMap((change) => change.puts.map(([key]) => key))
  if (ids.length === 0) return {}
  const rows = await db().dkimKey.findMany({ where: { id: { in: ids } }, select: { id: true, privateKeySealed: true } })
  return Object.fromEntries(
    rows.flatMap(({ id, privateKeySealed }) =>
      privateKeySealed === null ? [] : [[id, openAsWorker(privateKeySealed, `DkimKey/${id}/privateKey`)]],
    ),
  )
}
