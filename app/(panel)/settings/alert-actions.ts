'use server'

import { getTranslations } from 'next-intl/server'
import { addTargetSchema, alertDigestSchema, alertTargetSchema } from '@/lib/alerts/schema'
import {
  addMailTarget,
  addWebhookTarget,
  removeAlertTarget,
  sendDigestNow,
  testAlertTarget,
  updateAlertDigest,
} from '@/lib/alerts/service'
import { checkSettingsSchema } from '@/lib/checks/schema'
import { updateCheckSettings } from '@/lib/checks/service'
import type { OnceSecret } from '@/lib/http/action-state'
import { formAction } from '@/lib/http/form-action'

const PAGE = '/settings'

export const addTargetAction = formAction<typeof addTargetSchema, OnceSecret>(
  { permission: 'alert:write', schema: addTargetSchema },
  async (actor, input) => {
    if (input.kind === 'mail') {
      const { release } = await addMailTarget(actor, input)
      return { release, to: PAGE }
    }
    const { result } = await addWebhookTarget(actor, input)
    const t = await getTranslations('alertTargets')
    return {
      data: {
        ...{ title: t('secretTitle'), help: t('secretHelp'), value: result.secret },
        ...{ copy: t('copy'), copied: t('copied'), next: { href: PAGE, label: t('secretNext') } },
      },
    }
  },
)

export const removeAlertTargetAction = formAction(
  { permission: 'alert:write', schema: alertTargetSchema },
  async (actor, input) => {
    const { release } = await removeAlertTarget(actor, input)
    return { release, to: PAGE }
  },
)

export const testAlertTargetAction = formAction(
  { permission: 'alert:write', schema: alertTargetSchema },
  async (actor, input) => {
    await testAlertTarget(actor, input)
    return { to: PAGE }
  },
)

export const updateAlertDigestAction = formAction(
  { permission: 'alert:write', schema: alertDigestSchema },
  async (actor, input) => {
    await updateAlertDigest(actor, input)
    return { to: PAGE }
  },
)

export const sendDigestNowAction = formAction(
  { permission: 'alert:write', schema: alertTargetSchema },
  async (actor, input) => {
    await sendDigestNow(actor, input)
    return { to: PAGE }
  },
)

export const updateCheckSettingsAction = formAction(
  { permission: 'setting:write', schema: checkSettingsSchema },
  async (actor, input) => {
    await updateCheckSettings(actor, input)
    return { to: PAGE }
  },
)
