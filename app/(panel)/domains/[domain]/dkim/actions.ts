'use server'

import { z } from 'zod'
import { domainPath } from '@/components/data/paths'
import {
  dropKeySchema,
  importKeySchema,
  keySettingsSchema,
  rotateKeySchema,
  switchToSpareSchema,
} from '@/lib/dkim/schema'
import { dropKey, importKey, rotateKey, switchToSpare, updateKeySettings } from '@/lib/dkim/service'
import { domainNameSchema } from '@/lib/domains/name'
import { formAction } from '@/lib/http/form-action'

const page = (domain: string): string => domainPath(domain, 'dkim')

/** The next keys, like those that there are. */
export const rotateKeyAction = formAction(
  { permission: 'dkim:write', schema: z.object({ domain: domainNameSchema }) },
  async (actor, input) => {
    const { release } = await rotateKey(actor, input.domain)
    return { release, to: page(input.domain) }
  },
)

/** The next keys with what was ticked for them. */
export const makeKeyAction = formAction(
  { permission: 'dkim:write', schema: rotateKeySchema },
  async (actor, { domain, ...options }) => {
    const { release } = await rotateKey(actor, domain, options)
    return { release, to: page(domain) }
  },
)

export const switchToSpareAction = formAction(
  { permission: 'dkim:write', schema: switchToSpareSchema },
  async (actor, input) => {
    const { release } = await switchToSpare(actor, input)
    return { release, to: page(input.domain) }
  },
)

export const dropKeyAction = formAction({ permission: 'dkim:write', schema: dropKeySchema }, async (actor, input) => {
  const { release } = await dropKey(actor, input)
  return { release, to: page(input.domain) }
})

export const importKeyAction = formAction(
  { permission: 'dkim:write', schema: importKeySchema },
  async (actor, input) => {
    const { release } = await importKey(actor, input)
    return { release, to: page(input.domain) }
  },
)

export const updateKeySettingsAction = formAction(
  { permission: 'dkim:write', schema: keySettingsSchema },
  async (actor, input) => {
    const { release } = await updateKeySettings(actor, input)
    return { release, to: page(input.domain) }
  },
)
