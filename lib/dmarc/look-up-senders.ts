import 'server-only'
import { db } from '@/lib/db/client'
import type { DnsDeps } from '@/lib/dns/deps'
import { parseRecordName } from '@/lib/dns/record'
import { resolve, type Dns } from '@/lib/dns/resolver'

const DAY_MS = 24 * 60 * 60 * 1000
/** Names of one pass, and how many are asked about at once. */
const MOST = 200
const AT_ONCE = 16
const RECENT_DAYS = 90
const KEPT_DAYS = 7
/** As old as this makes what was just asked: due again in some hours. */
const SILENT_DAYS = KEPT_DAYS - 0.25

/**
 * Asks whether the subdomains that reports of the last 90 days name in From lines are in DNS at all (RFC 8020), for what
 * `np` would do (RFC 9989 §4.7); each again after a week, those with most mail first, a few hundred at most. What no server
 * answers stays as it was, or counts as there, and is asked again some hours later. For the worker, now and then; gives
 * whether there may be more to ask about.
 */
export async function lookUpSenders({ dns, clock }: Pick<DnsDeps, 'dns' | 'clock'>): Promise<boolean> {
  const now = clock()
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const rows = await db().$queryRaw<{ name: string }[]>`
    SELECT s.header_from AS name FROM dmarc_source_month s JOIN domain d ON d.id = s.domain_id
     WHERE s.month >= date_trunc('month', ${before(RECENT_DAYS)}::date)::date AND s.header_from <> '' AND s.header_from <> d.name
       AND NOT EXISTS (SELECT 1 FROM sender_domain k WHERE k.name = s.header_from AND k.checked_at > ${before(KEPT_DAYS)})
     GROUP BY 1 ORDER BY sum(s.sent[31]) DESC, 1 LIMIT ${MOST}`
  const queue = rows.map(({ name }) => name)
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const exists = await existsInDns(dns, name)
      const known = exists === null ? { checkedAt: before(SILENT_DAYS) } : { exists, checkedAt: now }
      await db().senderDomain.upsert({ where: { name }, create: { name, exists: true, ...known }, update: known })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return rows.length === MOST
}

/** Null where DNS did not say. What is no name of a host cannot be in DNS. */
async function existsInDns(dns: Dns, name: string): Promise<boolean | null> {
  if (parseRecordName(name) === null) return false
  const answer = await resolve(dns, name, 'A')
  if (answer.status === 'temperror') return null
  return answer.status !== 'nxdomain'
}

/** Those of the names that are known not to be in DNS. */
export async function missingNames(names: readonly string[]): Promise<Set<string>> {
  const rows = await db().senderDomain.findMany({
    where: { name: { in: [...new Set(names)] }, exists: false },
    select: { name: true },
  })
  return new Set(rows.map(({ name }) => name))
}
