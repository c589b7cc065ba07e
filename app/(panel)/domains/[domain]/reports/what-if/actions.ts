'use server'

import { domainPath, planPath } from '@/components/data/paths'
import { changeDmarcPolicySchema } from '@/lib/dns/policy-schema'
import { requestDnsPlan } from '@/lib/dns/requests'
import { changeDmarcPolicy } from '@/lib/dns/service'
import { formAction } from '@/lib/http/form-action'

/** The proposal becomes the domain's policy; nothing is published before the plan that follows is confirmed. */
export const changeDmarcPolicyAction = formAction(
  { permission: 'dns:publish', schema: changeDmarcPolicySchema },
  async (actor, input) => {
    const { domain } = input
    const { result } = await changeDmarcPolicy(actor, input)
    if (!result.hasProvider) return { to: domainPath(domain, 'dns/by-hand') }
    const plan = await requestDnsPlan(actor, { domain })
    return { to: planPath(domain, plan.result.id) }
  },
)
