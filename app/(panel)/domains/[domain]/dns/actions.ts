'use server'

import { z } from 'zod'
import { domainPath, planPath } from '@/components/data/paths'
import { confirmDnsPlan, requestDnsCheck, requestDnsPlan } from '@/lib/dns/requests'
import { confirmPlanSchema, ownRecordSchema, requestPlanSchema, removeOwnRecordSchema } from '@/lib/dns/schema'
import { addOwnRecord, removeOwnRecord } from '@/lib/dns/service'
import { domainNameSchema } from '@/lib/domains/name'
import { formAction } from '@/lib/http/form-action'

const domainOnly = z.object({ domain: domainNameSchema })

/** The page says that the worker was asked until it sees an answer younger than this. */
const asked = (domain: string): string => `${domainPath(domain, 'dns')}?asked=${Date.now()}`

export const checkDnsAction = formAction({ permission: 'dns:write', schema: domainOnly }, async (actor, input) => {
  await requestDnsCheck(actor, input)
  return { to: asked(input.domain) }
})

/** Publishing begins with a plan, which is shown and confirmed. */
export const planDnsAction = formAction(
  { permission: 'dns:publish', schema: requestPlanSchema },
  async (actor, input) => {
    const { result } = await requestDnsPlan(actor, input)
    return { to: planPath(input.domain, result.id) }
  },
)

export const confirmDnsPlanAction = formAction(
  { permission: 'dns:publish', schema: confirmPlanSchema },
  async (actor, input) => {
    await confirmDnsPlan(actor, input)
    return { to: planPath(input.domain, input.plan) }
  },
)

export const addOwnRecordAction = formAction(
  { permission: 'dns:write', schema: ownRecordSchema },
  async (actor, input) => {
    await addOwnRecord(actor, input)
    return { to: domainPath(input.domain, 'dns') }
  },
)

export const removeOwnRecordAction = formAction(
  { permission: 'dns:write', schema: removeOwnRecordSchema },
  async (actor, input) => {
    await removeOwnRecord(actor, input)
    return { to: domainPath(input.domain, 'dns') }
  },
)
