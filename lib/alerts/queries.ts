import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'

/** Who is told of changes: never with the secret. `sender` is the mailbox that mail is sent from, null where it is gone. */
export async function listAlertTargets(actor: Actor) {
  requirePermission(actor, 'alert:write')
  const rows = await db().alertTarget.findMany({
    orderBy: [{ kind: 'asc' }, { destination: 'asc' }],
    select: {
      ...{ id: true, kind: true, destination: true, language: true, isPrivate: true, deliveredAt: true },
      wantsDigest: true,
      lastError: true,
      credential: {
        select: {
          mailbox: { select: { address: { select: { localPart: true } }, domain: { select: { name: true } } } },
        },
      },
      _count: { select: { alerts: { where: { sentAt: null } } } },
    },
  })
  return rows.map(({ credential, _count, ...row }) => ({
    ...row,
    sender: credential && `${credential.mailbox.address.localPart}@${credential.mailbox.domain.name}`,
    waiting: _count.alerts,
  }))
}
