import 'server-only'
import { claimAddress, releaseAddress } from '@/lib/addresses/claim'
import { refuseLoop } from '@/lib/aliases/loop'
import type { CreateAliasInput, RemoveAliasInput, UpdateAliasInput } from '@/lib/aliases/schema'
import type { Actor } from '@/lib/auth/actor'
import { AppError } from '@/lib/errors/app-error'
import { changeMail, type MailChange } from '@/lib/releases/change-mail'

/** Creates an alias. CONFLICT where the address is taken, INVALID where the targets lead back to it. */
export async function createAlias(actor: Actor, input: CreateAliasInput) {
  const address = `${input.localPart}@${input.domain}`
  const options = { domains: [input.domain], action: 'alias:create', subject: address }
  return changeMail(actor, 'alias:write', options, async (change) => {
    const domain = change.domain(input.domain)
    if (domain.maxAliases !== null && domain.aliasCount >= domain.maxAliases)
      throw new AppError('FORBIDDEN', 'domain.aliasLimit', { limit: domain.maxAliases })
    await refuseLoop(change.tx, address, input.targets, 'targets')
    const addressId = await claimAddress(change, input.domain, input.localPart, 'alias')
    await change.tx.alias.create({
      data: {
        domainId: domain.id,
        addressId,
        note: input.note,
        allowsSending: input.allowsSending,
        targets: { create: input.targets.map((target) => ({ target })) },
      },
    })
    await change.tx.domain.update({ where: { id: domain.id }, data: { aliasCount: { increment: 1 } } })
    change.audit({ targets: input.targets })
    change.touchAddress(input.domain, input.localPart)
    return { address }
  })
}

/** Changes an alias. CONFLICT where somebody else changed it since the form was shown. */
export async function updateAlias(actor: Actor, input: UpdateAliasInput) {
  const address = `${input.localPart}@${input.domain}`
  const options = { domains: [input.domain], action: 'alias:update', subject: address }
  return changeMail(actor, 'alias:write', options, async (change) => {
    const before = await requireLive(change, input.domain, input.localPart)
    if (before.revision !== input.revision) throw new AppError('CONFLICT', 'form.stale', { name: address })
    await refuseLoop(change.tx, address, input.targets, 'targets')
    await change.tx.aliasTarget.deleteMany({ where: { aliasId: before.id } })
    await change.tx.alias.update({
      where: { id: before.id },
      data: {
        note: input.note,
        allowsSending: input.allowsSending,
        disabledAt: input.isDisabled ? (before.disabledAt ?? change.now) : null,
        targets: { create: input.targets.map((target) => ({ target })) },
        revision: { increment: 1 },
      },
    })
    change.audit({
      before: before.targets.map((target) => target.target),
      after: input.targets,
      isDisabled: input.isDisabled,
    })
    change.touchAddress(input.domain, input.localPart)
    return { address }
  })
}

/** Removes an alias; its address is refused and kept from others for the undo time. */
export async function removeAlias(actor: Actor, input: RemoveAliasInput) {
  const address = `${input.localPart}@${input.domain}`
  const options = { domains: [input.domain], action: 'alias:remove', subject: address }
  return changeMail(actor, 'alias:write', options, async (change) => {
    const before = await requireLive(change, input.domain, input.localPart)
    const data = { deletedAt: change.now, revision: { increment: 1 } }
    await change.tx.alias.update({ where: { id: before.id }, data })
    await releaseAddress(change, before.addressId)
    await change.tx.domain.update({ where: { id: before.domainId }, data: { aliasCount: { decrement: 1 } } })
    change.audit({ targets: before.targets.map((target) => target.target) })
    change.touchAddress(input.domain, input.localPart)
    return { address }
  })
}

async function requireLive(change: MailChange, domainName: string, localPart: string) {
  const row = await change.tx.alias.findFirst({
    where: { domainId: change.domain(domainName).id, deletedAt: null, address: { localPart } },
    include: { targets: { select: { target: true }, orderBy: { target: 'asc' } } },
  })
  if (!row) throw new AppError('NOT_FOUND', 'alias.missing', { address: `${localPart}@${domainName}` })
  return row
}
