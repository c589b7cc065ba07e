import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { keyPlace } from '@/lib/dkim/delegation'
import { publishKeyAt } from '@/lib/dkim/publish-key'
import type { DnsDeps } from '@/lib/dns/deps'
import { requireDnsDomain } from '@/lib/dns/load-domain'
import { isInside } from '@/lib/dns/record'
import { logger } from '@/lib/logger/logger'

const AGAIN_MS = 10 * 60 * 1000
const MOST_RECORDS = 5

/**
 * Takes records of keys that are gone out of DNS where we publish them, a few in a pass: what a key's last step could not
 * reach, and what was dropped before it signed. A key that came from elsewhere may be in use there: its record goes with a
 * confirmed plan, unless the key is compromised. A name whose record stays (a silent provider) is tried again after a while.
 */
export async function clearKeyRecords(actor: Actor, deps: DnsDeps): Promise<void> {
  const before = new Date(deps.clock().getTime() - AGAIN_MS)
  const rows = await db().dnsRecord.findMany({
    where: {
      purpose: 'withdrawn',
      OR: [{ observation: null }, { observation: { checkedAt: { lt: before } } }],
      dkimKey: { OR: [{ isImported: false }, { compromisedAt: { not: null } }] },
      domain: { deletedAt: null },
    },
    select: { name: true, domain: { select: { name: true } } },
    orderBy: { createdAt: 'asc' },
    take: MOST_RECORDS,
  })
  for (const { name, domain } of rows) {
    try {
      const found = await requireDnsDomain(actor, domain.name)
      const place = await keyPlace(found, !isInside(name, domain.name))
      await publishKeyAt(actor, found, place, name, deps)
    } catch (error) {
      logger('dkim').error(
        { err: error, domain: domain.name, name },
        'a record of a key that is gone could not be removed',
      )
    }
  }
}
