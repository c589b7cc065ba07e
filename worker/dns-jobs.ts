import { systemActor } from '@/lib/auth/actor'
import { advanceKeys } from '@/lib/dkim/advance'
import { checkDomainDns } from '@/lib/dns/check-domain'
import { systemDnsDeps } from '@/lib/dns/deps'
import { publishRecords } from '@/lib/dns/publish-domain'
import type { JobData } from '@/lib/jobs/queue'
import { checkDomainByName } from '@/worker/check-jobs'

/** Asks DNS for a domain's records, then runs its checks. */
export async function runDnsCheck({ domain }: JobData<'dns.check'>): Promise<void> {
  await checkDomainDns(systemActor('worker'), domain, await systemDnsDeps())
  await advanceKeys(await systemDnsDeps(), domain)
  await checkDomainByName(domain)
}

/** Publishes a domain's records, then asks DNS for them. */
export async function runDnsPublish({ domain, actorName }: JobData<'dns.publish'>): Promise<void> {
  await publishRecords(systemActor(actorName), domain, await systemDnsDeps())
  await runDnsCheck({ domain })
}
