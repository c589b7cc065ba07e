import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { standingRefusals } from '@/lib/releases/refusals'
import { statusAnswer } from '@/lib/agent-protocol/messages'

/** Every node with what it runs: its release beside the newest, lines held back, state of its daemons. */
export async function listNodes(actor: Actor) {
  requirePermission(actor, 'node:read')
  const [rows, head, refusals] = await Promise.all([
    db().node.findMany({
      where: { removedAt: null },
      orderBy: { name: 'asc' },
      select: {
        name: true,
        roles: true,
        hostName: true,
        publicAddresses: true,
        services: true,
        confirmedRelease: true,
        heldAtRelease: true,
        lastSeenAt: true,
        lastError: true,
        status: true,
        holds: { select: { map: true, domain: true, key: true, reason: true, words: true, since: true }, take: 50 },
        _count: { select: { holds: true } },
      },
    }),
    db().release.findFirst({ orderBy: { number: 'desc' }, select: { number: true } }),
    standingRefusals(null),
  ])
  const newestRelease = head?.number ?? 0n
  return {
    newestRelease,
    nodes: rows.map(({ status, services, _count, ...row }) => ({
      ...row,
      services: services as Record<string, string>,
      status: statusAnswer.safeParse(status).data ?? null,
      heldLines: _count.holds,
      refusals: refusals.filter((refusal) => refusal.node === row.name),
      isCurrent: row.confirmedRelease >= newestRelease && _count.holds === 0 && row.lastError === null,
    })),
  }
}
