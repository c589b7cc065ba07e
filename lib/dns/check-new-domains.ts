import 'server-only'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { checkDomainDns } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'

/** Domains looked at in one pass; the rest comes with the next. */
const MOST = 5

/**
 * Asks DNS about the records of domains that have one nobody asked about yet: new domains and new records show what the
 * world says without a click. One domain's trouble is logged and does not stop the others.
 */
export async function checkNewDomains(deps: DnsDeps): Promise<void> {
  const domains = await db().domain.findMany({
    where: { deletedAt: null, dnsRecords: { some: { observation: null } } },
    orderBy: { createdAt: 'desc' },
    take: MOST,
    select: { name: true },
  })
  for (const { name } of domains)
    try {
      await checkDomainDns(systemActor('worker'), name, deps)
    } catch (error) {
      logger('dns').error({ err: error, domain: name }, 'could not ask about a new domain')
    }
}
