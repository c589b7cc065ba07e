'use server'

import { keyDelegationSchema } from '@/lib/dkim/schema'
import { setKeyDelegation } from '@/lib/dkim/service'
import { formAction } from '@/lib/http/form-action'

export const setKeyDelegationAction = formAction(
  { permission: 'provider:write', schema: keyDelegationSchema },
  async (actor, input) => {
    await setKeyDelegation(actor, input)
    return { to: '/settings' }
  },
)
