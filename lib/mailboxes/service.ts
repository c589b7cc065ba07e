import 'server-only'
import { claimAddress, releaseAddress } from '@/lib/addresses/claim'
import type { Actor } from '@/lib/auth/actor'
import type { Prisma } from '@/lib/db/generated/client'
import { AppError } from '@/lib/errors/app-error'
import { refuseLoop } from '@/lib/aliases/loop'
import { generatePassword, hashMailboxPassword, newStorageId } from '@/lib/mailboxes/password'
import type {
  CreateMailboxInput,
  RemoveMailboxInput,
  SetMailboxPasswordInput,
  UpdateMailboxInput,
} from '@/lib/mailboxes/schema'
import { changeMail, type MailChange } from '@/lib/releases/change-mail'

const MEBIBYTE = 1_048_576n

/**
 * Creates a mailbox. Where no password is given one is made; `generatedPassword` is the only time it is seen. CONFLICT
 * where the address is somebody's or was within the undo time; FORBIDDEN at the domain's limit.
 */
export async function createMailbox(actor: Actor, input: CreateMailboxInput) {
  const address = `${input.localPart}@${input.domain}`
  const generatedPassword = input.password === '' ? generatePassword() : null
  const passwordHash = await hashMailboxPassword(generatedPassword ?? input.password)
  const options = { domains: [input.domain], action: 'mailbox:create', subject: address }
  return changeMail(actor, 'mailbox:write', options, async (change) => {
    const domain = change.domain(input.domain)
    if (domain.maxMailboxes !== null && domain.mailboxCount >= domain.maxMailboxes)
      throw new AppError('FORBIDDEN', 'domain.mailboxLimit', { limit: domain.maxMailboxes })
    const addressId = await claimAddress(change, input.domain, input.localPart, 'mailbox')
    const quotaBytes =
      input.quotaMebibytes === null ? domain.defaultQuotaBytes : BigInt(input.quotaMebibytes) * MEBIBYTE
    await change.tx.mailbox.create({
      data: {
        domainId: domain.id,
        addressId,
        storageId: newStorageId(),
        storageFormat: domain.storageFormat,
        name: input.name,
        passwordHash,
        quotaBytes,
      },
    })
    await change.tx.domain.update({ where: { id: domain.id }, data: { mailboxCount: { increment: 1 } } })
    change.audit({ name: input.name, quotaBytes: quotaBytes.toString() })
    change.touchAddress(input.domain, input.localPart)
    return { address, generatedPassword }
  })
}

/** Changes a mailbox's settings. CONFLICT where somebody else changed it since; INVALID where forwarding would loop. */
export async function updateMailbox(actor: Actor, input: UpdateMailboxInput) {
  const address = `${input.localPart}@${input.domain}`
  const options = { domains: [input.domain], action: 'mailbox:update', subject: address }
  return changeMail(actor, 'mailbox:write', options, async (change) => {
    const before = await requireLive(change, input.domain, input.localPart)
    if (before.revision !== input.revision) throw new AppError('CONFLICT', 'form.stale', { name: address })
    await refuseLoop(change.tx, address, input.forwardTargets, 'forwardTargets')
    const data = {
      name: input.name,
      quotaBytes: BigInt(input.quotaMebibytes) * MEBIBYTE,
      isImapEnabled: input.isImapEnabled,
      isPop3Enabled: input.isPop3Enabled,
      isSubmissionEnabled: input.isSubmissionEnabled,
      isSieveEnabled: input.isSieveEnabled,
      isSendOnly: input.isSendOnly,
      disabledAt: input.isDisabled ? (before.disabledAt ?? change.now) : null,
      forwardTargets: input.forwardTargets,
      forwardKeepsCopy: input.forwardKeepsCopy,
    } satisfies Prisma.MailboxUpdateInput
    await change.tx.mailbox.update({ where: { id: before.id }, data: { ...data, revision: { increment: 1 } } })
    change.audit(changedFields(before, data))
    change.touchAddress(input.domain, input.localPart)
    return { address }
  })
}

/** Sets a new password, or makes one where none is given and returns it, once. */
export async function setMailboxPassword(actor: Actor, input: SetMailboxPasswordInput) {
  const address = `${input.localPart}@${input.domain}`
  const generatedPassword = input.password === '' ? generatePassword() : null
  const passwordHash = await hashMailboxPassword(generatedPassword ?? input.password)
  const options = { domains: [input.domain], action: 'mailbox:password', subject: address }
  return changeMail(actor, 'mailbox:write', options, async (change) => {
    const before = await requireLive(change, input.domain, input.localPart)
    await change.tx.mailbox.update({ where: { id: before.id }, data: { passwordHash, revision: { increment: 1 } } })
    change.touchAddress(input.domain, input.localPart)
    return { address, generatedPassword }
  })
}

/**
 * Removes a mailbox: its address is refused and nobody logs in from now on; mail and row stay for the undo time, and
 * nobody else gets the address meanwhile. INVALID where the typed address is another.
 */
export async function removeMailbox(actor: Actor, input: RemoveMailboxInput) {
  const address = `${input.localPart}@${input.domain}`
  if (input.confirmation.trim().toLowerCase() !== address)
    throw new AppError('INVALID', 'mailbox.confirmation', { address }, { field: 'confirmation' })
  const options = { domains: [input.domain], action: 'mailbox:remove', subject: address }
  return changeMail(actor, 'mailbox:write', options, async (change) => {
    const before = await requireLive(change, input.domain, input.localPart)
    const data = { deletedAt: change.now, revision: { increment: 1 } }
    await change.tx.mailbox.update({ where: { id: before.id }, data })
    await releaseAddress(change, before.addressId)
    await change.tx.domain.update({ where: { id: before.domainId }, data: { mailboxCount: { decrement: 1 } } })
    change.touchAddress(input.domain, input.localPart)
    return { address }
  })
}

async function requireLive(change: MailChange, domainName: string, localPart: string) {
  const row = await change.tx.mailbox.findFirst({
    where: { domainId: change.domain(domainName).id, deletedAt: null, address: { localPart } },
  })
  if (!row) throw new AppError('NOT_FOUND', 'mailbox.missing', { address: `${localPart}@${domainName}` })
  return row
}

/** What differs, before and after, as the audit keeps it. */
function changedFields(before: Record<string, unknown>, after: Record<string, unknown>) {
  const plain = (value: unknown): Prisma.InputJsonValue =>
    typeof value === 'bigint' || value instanceof Date ? String(value) : (value as Prisma.InputJsonValue)
  const names = Object.keys(after).filter(
    (name) => JSON.stringify(plain(before[name])) !== JSON.stringify(plain(after[name])),
  )
  const pick = (from: Record<string, unknown>) => Object.fromEntries(names.map((name) => [name, plain(from[name])]))
  return { before: pick(before), after: pick(after) }
}
