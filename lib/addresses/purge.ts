import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { changeMail } from '@/lib/releases/change-mail'

const CHUNK = 200

/**
 * Takes addresses away whose undo time is over: their rows and what the imap nodes still keep of them for mail on its
 * way (MAIL rule 21). An address waits while a node has not confirmed its removal. Mail itself stays in its opaque folder.
 */
export async function runDirectoryPurge(): Promise<void> {
  const now = new Date()
  const rows = await db().address.findMany({
    where: { tombstoneUntil: { lt: now }, domain: { deletedAt: null } },
    take: CHUNK,
    select: { id: true, localPart: true, domain: { select: { name: true } } },
  })
  const behind = await db().node.findFirst({
    where: { removedAt: null, roles: { has: 'smtp' }, lastError: { not: null } },
  })
  if (behind) return
  for (const [name, addresses] of Map.groupBy(rows, (row) => row.domain.name)) {
    const options = { domains: [name], action: 'address:purge', subject: name }
    await changeMail(systemActor('undo time'), 'domain:update', options, async (change) => {
      await change.tx.address.deleteMany({ where: { id: { in: addresses.map((row) => row.id) } } })
      for (const row of addresses) change.touchAddress(name, row.localPart)
      change.audit({ addresses: addresses.map((row) => row.localPart) })
    })
  }
}
