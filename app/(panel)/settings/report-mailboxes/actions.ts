'use server'

import { formAction } from '@/lib/http/form-action'
import { addReportMailboxSchema, reportMailboxSchema } from '@/lib/report-mailboxes/schema'
import {
  addOwnReportMailbox,
  addReportMailboxElsewhere,
  removeReportMailbox,
  tryReportMailbox,
} from '@/lib/report-mailboxes/service'

const SETTINGS = '/settings'

/** The page looks often for what the worker finds. */
const asked = (): string => `${SETTINGS}?asked=${Date.now()}#report-mailboxes`

export const addReportMailboxAction = formAction(
  { permission: 'setting:write', schema: addReportMailboxSchema },
  async (actor, input) => {
    const add = () =>
      input.kind === 'own' ? addOwnReportMailbox(actor, input) : addReportMailboxElsewhere(actor, input)
    const { release } = await add()
    return { release, to: asked() }
  },
)

export const tryReportMailboxAction = formAction(
  { permission: 'setting:write', schema: reportMailboxSchema },
  async (actor, input) => {
    await tryReportMailbox(actor, input)
    return { to: asked() }
  },
)

export const removeReportMailboxAction = formAction(
  { permission: 'setting:write', schema: reportMailboxSchema },
  async (actor, input) => {
    const { release } = await removeReportMailbox(actor, input)
    return { release, to: SETTINGS }
  },
)
