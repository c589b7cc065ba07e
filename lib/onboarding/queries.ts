import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { listTests } from '@/lib/deliverability/queries'
import { listDkimKeys, type ListedKey } from '@/lib/dkim/queries'
import { listDnsRecords, type ListedRecord } from '@/lib/dns/queries'
import { requireDomain } from '@/lib/domains/queries'
import { onboardingSteps, type OnboardingStep } from '@/lib/onboarding/steps'

/** Where a domain stands on its way to proven mail, with what its page shows of it. */
export interface Onboarding {
  domain: Awaited<ReturnType<typeof requireDomain>>
  steps: OnboardingStep[]
  records: readonly ListedRecord[]
  keys: ListedKey[]
  provider: string | null
  mx: 'here' | 'later'
  /** Mail hosts that DNS names now and that are not ours; none where it says that there is no mail. */
  foreignExchanges: string[]
  /** What moving the mail takes out of DNS (`10 mx.other.test.`; `0 .` where there is no mail) and what it puts in. */
  move: { from: string[]; to: string[] }
  /** The records by which mail comes here. */
  exchanges: readonly ListedRecord[]
  /** For how long senders may still go there after a change, in seconds; null where nobody knows. */
  exchangeTtlSeconds: number | null
  lastTest: Awaited<ReturnType<typeof listTests>>[number] | null
}

const exchangeOf = (value: string) => (value.split(' ')[1] ?? '').replace(/\.$/, '')

/** The way of one domain. NOT_FOUND where it is not the actor's. */
export async function getOnboarding(actor: Actor, domainName: string): Promise<Onboarding> {
  const [domain, { records, provider }, keys, tests, moved] = await Promise.all([
    requireDomain(actor, domainName),
    listDnsRecords(actor, domainName),
    listDkimKeys(actor, domainName),
    listTests(actor, { domain: domainName, take: 1 }),
    db().dnsPlan.findFirst({
      where: { domain: { name: domainName }, movesMail: true, state: 'published' },
      select: { id: true },
    }),
  ])
  const exchanges = records.filter((record) => record.purpose === 'mx' && record.name === domainName)
  const to = exchanges.map((record) => record.value)
  const ours = new Set(to.map(exchangeOf))
  const found = [...new Set(exchanges.flatMap((record) => record.found))]
  const from = found.filter((value) => !ours.has(exchangeOf(value)))
  const foreignExchanges = [...new Set(from.map(exchangeOf))].filter((host) => host !== '')
  const ttls = exchanges.flatMap(({ observation }) => observation?.findings.map((one) => one.ttlSeconds ?? 0) ?? [])
  const lastTest = tests[0] ?? null
  const { mx } = domain.policy
  const steps = onboardingSteps({
    records: records.map(({ observation, ...record }) => ({ ...record, state: observation?.state ?? null })),
    foreignMx: from,
    mx,
    hasMoved: moved !== null,
    keyStates: keys.map((key) => key.state),
    mailboxCount: domain.mailboxCount,
    lastTest,
  })
  return {
    ...{ domain, steps, records, keys, provider, mx, foreignExchanges, move: { from, to }, exchanges, lastTest },
    exchangeTtlSeconds: ttls.length > 0 ? Math.max(...ttls) : null,
  }
}
