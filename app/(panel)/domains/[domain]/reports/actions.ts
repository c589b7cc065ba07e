'use server'

import { domainPath } from '@/components/data/paths'
import { nameSourceSchema, removeSourceNameSchema } from '@/lib/dmarc/sources/schema'
import { nameSource, removeSourceName } from '@/lib/dmarc/sources/service'
import { formAction } from '@/lib/http/form-action'

export const nameSourceAction = formAction(
  { permission: 'report:write', schema: nameSourceSchema },
  async (actor, input) => {
    await nameSource(actor, input)
    return { to: domainPath(input.domain, 'reports') }
  },
)

export const removeSourceNameAction = formAction(
  { permission: 'report:write', schema: removeSourceNameSchema },
  async (actor, input) => {
    await removeSourceName(actor, input)
    return { to: domainPath(input.domain, 'reports') }
  },
)
