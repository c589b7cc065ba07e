'use server'

import { getTranslations } from 'next-intl/server'
import { domainPath, mailboxPath } from '@/components/data/paths'
import type { OnceSecret } from '@/lib/http/action-state'
import { formAction } from '@/lib/http/form-action'
import {
  createMailboxSchema,
  removeMailboxSchema,
  setMailboxPasswordSchema,
  updateMailboxSchema,
} from '@/lib/mailboxes/schema'
import { createMailbox, removeMailbox, setMailboxPassword, updateMailbox } from '@/lib/mailboxes/service'

/** The sentences around a password that was made here. */
async function onceSecret(address: string, value: string, href: string): Promise<OnceSecret> {
  const [t, tCheck] = await Promise.all([getTranslations('mailboxes'), getTranslations('check')])
  return {
    title: t('secretTitle', { address }),
    help: t('secretHelp'),
    value,
    copy: tCheck('copy'),
    copied: tCheck('copied'),
    next: { href, label: t('secretNext') },
  }
}

export const createMailboxAction = formAction(
  { permission: 'mailbox:write', schema: createMailboxSchema },
  async (actor, input) => {
    const { result, release } = await createMailbox(actor, input)
    const list = domainPath(input.domain, 'mailboxes')
    if (result.generatedPassword === null) return { release, to: list }
    return { release, data: await onceSecret(result.address, result.generatedPassword, list) }
  },
)

export const updateMailboxAction = formAction(
  { permission: 'mailbox:write', schema: updateMailboxSchema },
  async (actor, input) => {
    const { release } = await updateMailbox(actor, input)
    return { release, to: mailboxPath(input.domain, input.localPart) }
  },
)

export const setMailboxPasswordAction = formAction(
  { permission: 'mailbox:write', schema: setMailboxPasswordSchema },
  async (actor, input) => {
    const { result, release } = await setMailboxPassword(actor, input)
    const page = mailboxPath(input.domain, input.localPart)
    if (result.generatedPassword === null) return { release, to: page }
    return { release, data: await onceSecret(result.address, result.generatedPassword, page) }
  },
)

export const removeMailboxAction = formAction(
  { permission: 'mailbox:write', schema: removeMailboxSchema },
  async (actor, input) => {
    const { release } = await removeMailbox(actor, input)
    return { release, to: domainPath(input.domain, 'mailboxes') }
  },
)
