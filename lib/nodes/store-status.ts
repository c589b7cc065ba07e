import 'server-only'
import { isDeepStrictEqual } from 'node:util'
import { statusAnswer, type StatusAnswer } from '@/lib/agent-protocol/messages'
import { db } from '@/lib/db/client'
import { syncRecordsOfHost } from '@/lib/dns/sync-host'

/**
 * Keeps what a node says of itself; where its TLS keys have changed, the records of its host name follow. True where it has
 * forgotten what it confirmed (a new disk, an old backup): it is then to be compared as a whole.
 */
export async function storeStatus(nodeId: string, status: StatusAnswer): Promise<boolean> {
  const row = await db().node.findUniqueOrThrow({
    where: { id: nodeId },
    select: { confirmedRelease: true, hostName: true, status: true },
  })
  const hasForgotten = BigInt(status.release) < row.confirmedRelease
  const data = { status, lastSeenAt: new Date(), lastError: null, ...(hasForgotten && { confirmedRelease: 0n }) }
  await db().node.update({ where: { id: nodeId }, data })
  const before = statusAnswer.safeParse(row.status).data
  if (!isDeepStrictEqual(before?.tlsKeys, status.tlsKeys)) await syncRecordsOfHost(row.hostName)
  return hasForgotten
}
