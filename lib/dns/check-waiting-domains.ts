import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { checkDomainDns } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'

/** Domains looked at in one pass; the rest comes with the next. */
const MOST = 5

/**
 * Names of domains to ask about again: first those with a record that nobody asked about yet, then those with one that is
 * not as it should be and was not looked at for a twentieth of the time for which it has been so: 5 s at least, an hour at
 * most. In no order within these: one whose check fails does not keep others out.
 */
async function listWaiting(now: Date): Promise<string[]> {
  const rows = await db().$queryRaw<{ name: string }[]>`
    SELECT d.name FROM domain d
      JOIN dns_record r ON r.domain_id = d.id
      LEFT JOIN dns_observation o ON o.record_id = r.id
     WHERE d.deleted_at IS NULL
       AND (o.record_id IS NULL OR o.state <> 'ok' AND ${now}::timestamptz - o.checked_at >=
              greatest(interval '5 seconds', least((${now}::timestamptz - o.since) / 20, interval '1 hour')))
     GROUP BY d.id ORDER BY bool_or(o.record_id IS NULL) DESC, random() LIMIT ${MOST}`
  return rows.map(({ name }) => name)
}

/**
 * Asks DNS about a few domains that wait for it, at the same time: new ones and new records show what the world says
 * without a click, and what is typed in or on its way turns by itself. One domain's trouble is logged and does not stop the
 * others.
 */
export async function checkWaitingDomains(deps: DnsDeps): Promise<void> {
  const check = async (name: string) => {
    try {
      await checkDomainDns(systemActor('worker'), name, deps)
    } catch (error) {
      logger('dns').error({ err: error, domain: name }, 'could not ask about a domain that waits')
    }
  }
  await Promise.all((await listWaiting(deps.clock())).map(check))
}
