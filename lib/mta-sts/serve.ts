import 'server-only'
import { findServed } from '@/lib/clients/settings'
import { db } from '@/lib/db/client'
import { formatMtaStsPolicy } from '@/lib/mta-sts/policy'

/** The policy of a name of ours as its `mta-sts` host serves it (RFC 8461 §3.2); null where it has none. Public. */
export async function servedPolicy(name: string): Promise<string | null> {
  const served = await findServed(name)
  if (!served || served.policy.mtaSts.mode === 'off') return null
  const { mode, maxAgeSeconds } = served.policy.mtaSts
  const nodes = await db().node.findMany({
    where: { removedAt: null, roles: { has: 'smtp' } },
    orderBy: { hostName: 'asc' },
    select: { hostName: true },
  })
  const mx = [...new Set(nodes.map((node) => node.hostName))]
  return formatMtaStsPolicy({ mode, mx, maxAgeSeconds })
}
