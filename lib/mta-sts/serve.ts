import 'server-only'
import { findServed } from '@/lib/clients/settings'
import { db } from '@/lib/db/client'
import { parseExchange } from '@/lib/dns/compare'
import { parseFound } from '@/lib/dns/found'
import { formatMtaStsPolicy } from '@/lib/mta-sts/policy'

/** How long senders keep what is served before our MX is seen: soon after it is, they hear that it is enforced. */
const UNSEEN_AGE_SECONDS = 86_400

/**
 * The policy of a name of ours as its `mta-sts` host serves it (RFC 8461 §3.2); null where it has none. It names our hosts
 * alone: an enforced one is served as `testing` while DNS leads mail elsewhere, for senders would not deliver it there. Public.
 */
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
  if (mode === 'enforce' && !(await leadsTo(mx, served.domainId, name)))
    return formatMtaStsPolicy({ mode: 'testing', mx, maxAgeSeconds: Math.min(maxAgeSeconds, UNSEEN_AGE_SECONDS) })
  return formatMtaStsPolicy({ mode, mx, maxAgeSeconds })
}

/**
 * True where one of the hosts was in every answer when DNS was last asked for the name's MX: by the zone's servers, and by
 * resolvers, which may still have another. A look that nobody answered says nothing against it; no look at all does.
 */
async function leadsTo(hosts: readonly string[], domainId: string, name: string): Promise<boolean> {
  const records = await db().dnsRecord.findMany({
    where: { domainId, name, type: 'MX', purpose: 'mx', observation: { isNot: null } },
    select: { observation: { select: { found: true } } },
  })
  const findings = records.flatMap(({ observation }) => (observation ? parseFound(observation.found).findings : []))
  const isOurs = (value: string) => hosts.includes(parseExchange(value).host.replace(/\.$/, ''))
  return records.length > 0 && findings.every(({ state, values }) => state === 'temperror' || values.some(isOurs))
}
