'use server'

import { completeSetup } from '@/lib/auth/setup'
import { setupSchema } from '@/lib/auth/schema'
import { readVisitor, writeSessionCookie } from '@/lib/auth/session'
import { openAction } from '@/lib/http/form-action'

export const completeSetupAction = openAction(
  { why: 'the one-time token of the set-up link', schema: setupSchema },
  async (input) => {
    const { sessionId } = await completeSetup(input, await readVisitor())
    await writeSessionCookie(sessionId)
    return { to: '/setup/server' }
  },
)
