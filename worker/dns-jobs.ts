import { systemActor } from '@/lib/auth/actor'
import { checkDomainDns } from '@/lib/dns/service'
import { publishRecords } from '@/lib/dns/publish'
import type { JobData } from '@/lib/jobs/queue'

const actor = systemActor('worker')

/** Asks DNS for a domain's records. */
export async function runDnsCheck({ domain }: JobData<'dns.check'>): Promise<void> {
  await checkDomainDns(actor, domain)
}

/** Publishes a domain's records, then asks DNS for them. */
export async function runDnsPublish({ domain, actorName }: JobData<'dns.publish'>): Promise<void> {
  await publishRecords(systemActor(actorName), domain)
  await checkDomainDns(actor, domain)
}
