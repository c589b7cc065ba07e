'use server'

import { z } from 'zod'
import { domainPath } from '@/components/data/paths'
import { updateDnsPolicySchema } from '@/lib/dns/policy-schema'
import { setDomainProvider, updateDnsPolicy } from '@/lib/dns/service'
import { domainNameSchema } from '@/lib/domains/name'
import { domainAliasSchema, removeDomainSchema, updateDomainSchema } from '@/lib/domains/schema'
import { createDomainAlias, removeDomain, updateDomain } from '@/lib/domains/service'
import { formAction } from '@/lib/http/form-action'

export const updateDomainAction = formAction(
  { permission: 'domain:update', schema: updateDomainSchema },
  async (actor, input) => {
    const { release } = await updateDomain(actor, input)
    return { release, to: domainPath(input.name, 'settings') }
  },
)

export const createDomainAliasAction = formAction(
  { permission: 'domain:create', schema: domainAliasSchema },
  async (actor, input) => {
    const { release } = await createDomainAlias(actor, input)
    return { release, to: domainPath(input.name, 'settings') }
  },
)

const providerSchema = z.object({
  domain: domainNameSchema,
  provider: z.union([z.literal('').transform(() => null), z.string().max(100)]),
})

export const setDomainProviderAction = formAction(
  { permission: 'dns:publish', schema: providerSchema },
  async (actor, input) => {
    const { release } = await setDomainProvider(actor, input)
    return { release, to: domainPath(input.domain, 'settings') }
  },
)

export const updateDnsPolicyAction = formAction(
  { permission: 'dns:write', schema: updateDnsPolicySchema },
  async (actor, input) => {
    const { release } = await updateDnsPolicy(actor, input)
    return { release, to: domainPath(input.domain, 'settings') }
  },
)

export const removeDomainAction = formAction(
  { permission: 'domain:remove', schema: removeDomainSchema },
  async (actor, input) => {
    const { release } = await removeDomain(actor, input)
    return { release, to: '/domains' }
  },
)
