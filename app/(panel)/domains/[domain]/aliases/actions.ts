'use server'

import { aliasPath, domainPath } from '@/components/data/paths'
import { createAliasSchema, removeAliasSchema, updateAliasSchema } from '@/lib/aliases/schema'
import { createAlias, removeAlias, updateAlias } from '@/lib/aliases/service'
import { formAction } from '@/lib/http/form-action'

export const createAliasAction = formAction(
  { permission: 'alias:write', schema: createAliasSchema },
  async (actor, input) => {
    const { release } = await createAlias(actor, input)
    return { release, to: domainPath(input.domain, 'aliases') }
  },
)

export const updateAliasAction = formAction(
  { permission: 'alias:write', schema: updateAliasSchema },
  async (actor, input) => {
    const { release } = await updateAlias(actor, input)
    return { release, to: aliasPath(input.domain, input.localPart) }
  },
)

export const removeAliasAction = formAction(
  { permission: 'alias:write', schema: removeAliasSchema },
  async (actor, input) => {
    const { release } = await removeAlias(actor, input)
    return { release, to: domainPath(input.domain, 'aliases') }
  },
)
