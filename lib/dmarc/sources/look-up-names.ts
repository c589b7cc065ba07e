import 'server-only'
import { db } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import type { DnsDeps } from '@/lib/dns/deps'
import { canonicalAddress, parseRecordName } from '@/lib/dns/record'
import { resolve, type Dns } from '@/lib/dns/resolver'
import { isGlobalAddress, reverseName } from '@/lib/settings/addresses'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** Addresses of one pass, and how many are asked about at once. */
const MOST = 200
const AT_ONCE = 16
const NAMES_TRIED = 3
const KEPT_DAYS = 30
/** After this an address is asked about again for which no server answered. */
const SILENT_HOURS = 6
const RECENT_DAYS = 40

/**
 * Asks for the names of addresses that newer reports speak of and that nobody asked about in a month, a few hundred at
 * most. A name counts when it leads back to the address (RFC 1912 §2.1); what no server answers is asked again some hours
 * later. For the worker, now and then; gives whether there may be more to ask about. Reading reports never waits for it.
 */
export async function lookUpNames({ dns, clock }: Pick<DnsDeps, 'dns' | 'clock'>): Promise<boolean> {
  const now = clock()
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS)
  const rows = await db().$queryRaw<{ ip: string }[]>`
    SELECT source_ip AS ip FROM dmarc_source_month s
     WHERE month >= date_trunc('month', ${before(RECENT_DAYS)}::date)::date
       AND NOT EXISTS (SELECT 1 FROM address_name n WHERE n.address = s.source_ip AND n.checked_at > ${before(KEPT_DAYS)})
     GROUP BY source_ip ORDER BY sum(sent[31]) DESC, source_ip LIMIT ${MOST}`
  const queue = rows.map(({ ip }) => ip)
  const work = async () => {
    for (let ip = queue.shift(); ip !== undefined; ip = queue.shift()) {
      const name = await nameOf(dns, ip)
      // As if it had been asked so long ago that it is due again in some hours.
      const at = name === null ? new Date(now.getTime() - KEPT_DAYS * DAY_MS + SILENT_HOURS * HOUR_MS) : now
      await db().$executeRaw(Prisma.sql`
        INSERT INTO address_name (address, name, checked_at) VALUES (${ip}, ${name ?? ''}, ${at})
        ON CONFLICT (address) DO UPDATE SET name = EXCLUDED.name, checked_at = EXCLUDED.checked_at`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return rows.length === MOST
}

/** The confirmed name of an address; empty where it has none; null where DNS did not say. */
async function nameOf(dns: Dns, ip: string): Promise<string | null> {
  if (!isGlobalAddress(ip)) return ''
  const reverse = await resolve(dns, reverseName(ip), 'PTR')
  if (reverse.status === 'temperror') return null
  if (reverse.status !== 'answer') return ''
  const type = ip.includes(':') ? 'AAAA' : 'A'
  for (const { value } of reverse.records.slice(0, NAMES_TRIED)) {
    const name = parseRecordName(value)
    // Whoever has the address writes its name: what is no host name is none.
    if (name === null) continue
    const forward = await resolve(dns, name, type)
    if (forward.status === 'temperror') return null
    if (forward.status === 'answer' && forward.records.some((one) => canonicalAddress(one.value) === ip)) return name
  }
  return ''
}
