'use server'

import { z } from 'zod'
import { requestDomainChecks, requestFindingCheck, requestNodeChecks } from '@/lib/checks/requests'
import { acknowledgeSchema, checkDomainSchema, checkNodeSchema, findingSchema } from '@/lib/checks/schema'
import { acknowledgeFinding, reopenFinding } from '@/lib/checks/service'
import { formAction } from '@/lib/http/form-action'
import { safePath } from '@/lib/http/page-path'

/** The page that the form stood on: findings are shown on several. */
const from = z.string().max(2_000).transform(safePath)

export const checkAgainAction = formAction(
  { permission: 'check:write', schema: findingSchema.extend({ from }) },
  async (actor, input) => {
    await requestFindingCheck(actor, input)
    return { to: input.from }
  },
)

export const acknowledgeAction = formAction(
  { permission: 'check:write', schema: acknowledgeSchema.extend({ from }) },
  async (actor, input) => {
    await acknowledgeFinding(actor, input)
    return { to: input.from }
  },
)

export const reopenAction = formAction(
  { permission: 'check:write', schema: findingSchema.extend({ from }) },
  async (actor, input) => {
    await reopenFinding(actor, input)
    return { to: input.from }
  },
)

export const checkDomainAction = formAction(
  { permission: 'check:write', schema: checkDomainSchema.extend({ from }) },
  async (actor, input) => {
    await requestDomainChecks(actor, input)
    return { to: input.from }
  },
)

export const checkNodeAction = formAction(
  { permission: 'node:check', schema: checkNodeSchema },
  async (actor, input) => {
    await requestNodeChecks(actor, input)
    return { to: '/nodes' }
  },
)
