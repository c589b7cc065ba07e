import { systemActor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { advanceKeys } from '@/lib/dkim/advance'
import { applyDnsPlan, failDnsPlan } from '@/lib/dns/apply-plan'
import { checkDomainDns } from '@/lib/dns/check-domain'
import { systemDnsDeps } from '@/lib/dns/deps'
import { loadPlan, makeDnsPlan } from '@/lib/dns/make-plan'
import { tryProvider } from '@/lib/dns/try-provider'
import type { JobData } from '@/lib/jobs/queue'
import { checkDomainByName } from '@/worker/check-jobs'

/** Asks DNS for a domain's records, then runs its checks. */
export async function runDnsCheck({ domain }: JobData<'dns.check'>): Promise<void> {
  await checkDomainDns(systemActor('worker'), domain, await systemDnsDeps())
  await advanceKeys(await systemDnsDeps(), domain)
  await checkDomainByName(domain)
}

/** Works out what publishing would change. What breaks off for a reason of ours is told on the plan's page. */
export async function runDnsPlan({ planId }: JobData<'dns.plan'>): Promise<void> {
  try {
    await makeDnsPlan(planId, await systemDnsDeps())
  } catch (error) {
    await failDnsPlan(planId, systemClock)
    throw error
  }
}

/** Publishes a confirmed plan, then asks DNS. */
export async function runDnsApply({ planId }: JobData<'dns.apply'>): Promise<void> {
  try {
    await applyDnsPlan(planId, await systemDnsDeps())
  } catch (error) {
    await failDnsPlan(planId, systemClock)
    throw error
  }
  const plan = await loadPlan(planId)
  if (plan) await runDnsCheck({ domain: plan.domain.name })
}

/** Tries a provider. */
export async function runProviderTry({ providerId, domain }: JobData<'provider.try'>): Promise<void> {
  await tryProvider(providerId, domain, await systemDnsDeps())
}
