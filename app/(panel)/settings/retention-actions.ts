'use server'

import { formAction } from '@/lib/http/form-action'
import { retentionSchema } from '@/lib/retention/schema'
import { updateRetention } from '@/lib/retention/service'

export const updateRetentionAction = formAction(
  { permission: 'setting:write', schema: retentionSchema },
  async (actor, input) => {
    await updateRetention(actor, input)
    return { to: '/settings' }
  },
)
