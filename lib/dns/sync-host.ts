import 'server-only'
import { db } from '@/lib/db/client'
import { lockDomain } from '@/lib/dns/load-domain'
import { syncDomainRecords } from '@/lib/dns/sync'

/** Brings the records of the domains in whose zone a host stands up to date, a transaction each: after its keys have changed. */
export async function syncRecordsOfHost(hostName: string): Promise<void> {
  const domains = await db().dnsRecord.findMany({
    where: { name: hostName },
    distinct: ['domainId'],
    select: { domainId: true },
  })
  for (const { domainId } of domains) {
    await db().$transaction(async (tx) => {
      if (await lockDomain(tx, domainId)) await syncDomainRecords(tx, domainId)
    })
  }
}
