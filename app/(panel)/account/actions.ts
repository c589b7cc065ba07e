'use server'

import { z } from 'zod'
import { changePasswordSchema, revokeSessionSchema } from '@/lib/auth/schema'
import { changePassword, revokeSession, signOut, signOutEverywhere } from '@/lib/auth/service'
import { clearSessionCookie } from '@/lib/auth/session'
import { formAction } from '@/lib/http/form-action'

export const signOutAction = formAction({ permission: 'session:write', schema: z.object({}) }, async (actor) => {
  await signOut(actor)
  await clearSessionCookie()
  return { to: '/sign-in' }
})

export const signOutEverywhereAction = formAction(
  { permission: 'session:write', schema: z.object({}) },
  async (actor) => {
    await signOutEverywhere(actor)
    await clearSessionCookie()
    return { to: '/sign-in' }
  },
)

export const revokeSessionAction = formAction(
  { permission: 'session:write', schema: revokeSessionSchema },
  async (actor, input) => {
    await revokeSession(actor, input)
    return { to: '/account' }
  },
)

export const changePasswordAction = formAction(
  { permission: 'session:write', schema: changePasswordSchema },
  async (actor, input) => {
    await changePassword(actor, input)
    return { to: '/account?changed=password' }
  },
)
