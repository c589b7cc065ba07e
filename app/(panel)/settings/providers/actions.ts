'use server'

import { requestProviderTry } from '@/lib/dns/requests'
import { enterProviderSchema, providerNameSchema, tryProviderSchema } from '@/lib/dns/schema'
import { addProvider, removeProvider } from '@/lib/dns/service'
import { formAction } from '@/lib/http/form-action'

const SETTINGS = '/settings'

/** The page looks often for what the worker finds. */
const asked = (): string => `${SETTINGS}?asked=${Date.now()}#providers`

export const addProviderAction = formAction(
  { permission: 'provider:write', schema: enterProviderSchema },
  async (actor, { tryDomain, ...input }) => {
    await addProvider(actor, input)
    if (tryDomain !== null) await requestProviderTry(actor, { provider: input.name, domain: tryDomain })
    return { to: asked() }
  },
)

export const tryProviderAction = formAction(
  { permission: 'provider:write', schema: tryProviderSchema },
  async (actor, input) => {
    await requestProviderTry(actor, input)
    return { to: asked() }
  },
)

export const removeProviderAction = formAction(
  { permission: 'provider:write', schema: providerNameSchema },
  async (actor, input) => {
    await removeProvider(actor, input)
    return { to: SETTINGS }
  },
)
