'use server'

import { z } from 'zod'
import { domainPath } from '@/components/data/paths'
import { rotateKey } from '@/lib/dkim/service'
import { domainNameSchema } from '@/lib/domains/name'
import { formAction } from '@/lib/http/form-action'

export const rotateKeyAction = formAction(
  { permission: 'dkim:write', schema: z.object({ domain: domainNameSchema }) },
  async (actor, input) => {
    const { release } = await rotateKey(actor, input.domain)
    return { release, to: domainPath(input.domain, 'dkim') }
  },
)
