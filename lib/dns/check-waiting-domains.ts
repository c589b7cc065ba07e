import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { checkDomainDns } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { OBSERVATION_STATES } from '@/lib/dns/observe'
import { logger } from '@/lib/logger/logger'

/** Domains looked at in one pass; the rest comes with the next. */
const MOST = 5
/** Named one by one for the index on states: nearly all are ok. */
const NOT_OK = OBSERVATION_STATES.filter((state) => state !== 'ok')

/**
 * Names of domains to ask about again: first those with a record that nobody asked about yet, then those with one that is
 * not as it should be and was not looked at for a twentieth of the time for which it has been so: 5 s at least, an hour at
 * most. In no order within these: one whose check fails does not keep others out.
 */
async function listWaiting(now: Date): Promise<string[]> {
  const rows = await db().$queryRaw<{ name: string }[]>`
    WITH waiting AS (
      SELECT r.domain_id, true AS is_new FROM dns_record r
       WHERE NOT EXISTS (SELECT 1 FROM dns_observation o WHERE o.record_id = r.id)
      UNION ALL
      SELECT r.domain_id, false FROM dns_observation o JOIN dns_record r ON r.id = o.record_id
       WHERE o.state = ANY(${NOT_OK}) AND ${now}::timestamptz - o.checked_at >=
               greatest(interval '5 seconds', least((${now}::timestamptz - o.since) / 20, interval '1 hour')))
    SELECT d.name FROM waiting w JOIN domain d ON d.id = w.domain_id
     WHERE d.deleted_at IS NULL
     GROUP BY d.id ORDER BY bool_or(w.is_new) DESC, random() LIMIT ${MOST}`
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
