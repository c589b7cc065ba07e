import 'server-only'
import { z } from 'zod'
import type { Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { requireDnsDomain } from '@/lib/dns/load-domain'
import { placeMx } from '@/lib/dns/place-mx'
import { requestDnsCheck, requestDnsPlan } from '@/lib/dns/requests'
import { domainNameSchema, type DomainName } from '@/lib/domains/name'
import { changeMail } from '@/lib/releases/change-mail'

export const placeMailSchema = z.object({ domain: domainNameSchema, mx: z.enum(['here', 'later']) })
export type PlaceMailInput = z.infer<typeof placeMailSchema>

/**
 * Says where the domain's mail goes while it is brought on line: `later` leaves its MX records as they are until all else
 * is ready. NOT_FOUND where the domain is not the actor's.
 */
export async function placeMail(actor: Actor, { domain, mx }: PlaceMailInput) {
  const options = { domains: [domain], action: 'dns-policy:mx', subject: domain }
  return changeMail(actor, 'dns:write', options, (change) => placeMx(change, domain, mx))
}

/**
 * Leads the domain's mail here. Where its records are published through a provider, a plan that replaces another server's
 * MX is asked for, and nothing else changes before that is confirmed; gives its id. Where they are typed in by hand our MX
 * is wanted from now on; gives null. NOT_FOUND where the domain is not the actor's, INVALID where it is parked.
 */
export async function leadMailHere(actor: Actor, { domain }: { domain: DomainName }): Promise<string | null> {
  const { provider } = await requireDnsDomain(actor, domain)
  if (provider === null) {
    await placeMail(actor, { domain, mx: 'here' })
    await requestDnsCheck(actor, { domain })
    return null
  }
  const { result } = await requestDnsPlan(actor, { domain, movesMail: true })
  return result.id
}

/** The guided way was finished, or left for good: its page is no longer offered. NOT_FOUND where the domain is not the actor's. */
export async function finishOnboarding(actor: Actor, { domain }: { domain: string }, clock: Clock = systemClock) {
  const options = { domains: [domain], action: 'domain:onboarded', subject: domain, clock }
  return changeMail(actor, 'domain:update', options, async (change) => {
    await change.tx.domain.update({ where: { id: change.domain(domain).id }, data: { onboardedAt: change.now } })
  })
}
