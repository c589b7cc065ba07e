'use server'

import { z } from 'zod'
import { domainPath, planPath } from '@/components/data/paths'
import { requestDnsCheck } from '@/lib/dns/requests'
import { setDomainProvider } from '@/lib/dns/service'
import { domainNameSchema } from '@/lib/domains/name'
import { formAction } from '@/lib/http/form-action'
import { finishOnboarding, leadMailHere, placeMail, placeMailSchema } from '@/lib/onboarding/service'

const domainOnly = z.object({ domain: domainNameSchema })
const here = (domain: string) => domainPath(domain, 'onboarding')

/** Looks again, because what is wanted of DNS is another now. */
export const placeMailAction = formAction(
  { permission: 'dns:write', schema: placeMailSchema },
  async (actor, input) => {
    await placeMail(actor, input)
    await requestDnsCheck(actor, input)
    return { to: here(input.domain) }
  },
)

/** The plan that moves the mail where there is a provider; else the page says what to type in. */
export const leadMailHereAction = formAction(
  { permission: 'dns:publish', schema: domainOnly },
  async (actor, input) => {
    const plan = await leadMailHere(actor, input)
    return { to: plan === null ? here(input.domain) : planPath(input.domain, plan) }
  },
)

const providerSchema = z.object({
  domain: domainNameSchema,
  provider: z.union([z.literal('').transform(() => null), z.string().max(100)]),
})

export const chooseProviderAction = formAction(
  { permission: 'dns:publish', schema: providerSchema },
  async (actor, input) => {
    await setDomainProvider(actor, input)
    return { to: here(input.domain) }
  },
)

export const finishOnboardingAction = formAction(
  { permission: 'domain:update', schema: domainOnly },
  async (actor, input) => {
    await finishOnboarding(actor, input)
    return { to: domainPath(input.domain) }
  },
)
