'use server'

import { domainPath } from '@/components/data/paths'
import { createDomainSchema } from '@/lib/domains/schema'
import { createDomain } from '@/lib/domains/service'
import { formAction } from '@/lib/http/form-action'

export const createDomainAction = formAction(
  { permission: 'domain:create', schema: createDomainSchema },
  async (actor, input) => {
    const { result, release } = await createDomain(actor, input)
    return { release, to: domainPath(result.name, 'onboarding') }
  },
)
