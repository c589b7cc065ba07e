'use server'

import { z } from 'zod'
import { addOutsideProbeSchema, removeProbeSchema } from '@/lib/deliverability/schema'
import { addProbe, removeProbe } from '@/lib/deliverability/service'
import { formAction } from '@/lib/http/form-action'
import { requestServerChecks } from '@/lib/settings/requests'
import { serverSettingsSchema } from '@/lib/settings/schema'
import { updateServerSettings } from '@/lib/settings/service'

const from = z.enum(['setup', 'settings']).default('settings')
const PAGES = { setup: '/setup/server', settings: '/settings' } as const

export const updateServerSettingsAction = formAction(
  { permission: 'setting:write', schema: serverSettingsSchema.extend({ from }) },
  async (actor, input) => {
    const { release } = await updateServerSettings(actor, input)
    await requestServerChecks(actor)
    return { release, to: PAGES[input.from] }
  },
)

export const runServerChecksAction = formAction(
  { permission: 'setting:write', schema: z.object({ from }) },
  async (actor, input) => {
    await requestServerChecks(actor)
    return { to: PAGES[input.from] }
  },
)

// Whoever gives a mailbox here says that it is elsewhere: no other grade can be chosen, and nothing here is a stand-in.
export const addProbeAction = formAction(
  { permission: 'probe:write', schema: addOutsideProbeSchema },
  async (actor, input) => {
    await addProbe(actor, { ...input, grade: 'outside', isStandIn: false })
    return { to: PAGES.settings }
  },
)

export const removeProbeAction = formAction(
  { permission: 'probe:write', schema: removeProbeSchema },
  async (actor, input) => {
    await removeProbe(actor, input)
    return { to: PAGES.settings }
  },
)
