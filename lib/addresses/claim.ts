import 'server-only'
import type { AddressOwner } from '@/lib/db/generated/enums'
import { AppError } from '@/lib/errors/app-error'
import type { MailChange } from '@/lib/releases/change-mail'

/** How long what was deleted is kept, and an address kept from anybody else, in milliseconds. */
export const UNDO_MILLISECONDS = 14 * 24 * 60 * 60 * 1000

/**
 * Makes the one row of an address for a new owner and returns its id. CONFLICT where it has an owner, or had one within
 * the undo time. A former owner's rows go when the time is over: mail stays under its own storage id.
 */
export async function claimAddress(
  change: MailChange,
  domainName: string,
  localPart: string,
  owner: AddressOwner,
): Promise<string> {
  const domain = change.domain(domainName)
  const address = `${localPart}@${domainName}`
  const row = await change.tx.address.findUnique({
    where: { domainId_localPart: { domainId: domain.id, localPart } },
    select: { id: true, tombstoneUntil: true },
  })
  if (row?.tombstoneUntil === null) throw new AppError('CONFLICT', 'address.taken', { address }, { field: 'localPart' })
  if (row?.tombstoneUntil && row.tombstoneUntil > change.now)
    throw new AppError(
      'CONFLICT',
      'address.tombstone',
      { address, until: row.tombstoneUntil.toISOString().slice(0, 10) },
      { field: 'localPart' },
    )
  if (row) await change.tx.address.delete({ where: { id: row.id } })
  const created = await change.tx.address.create({
    data: { domainId: domain.id, localPart, owner },
    select: { id: true },
  })
  return created.id
}

/** Leaves an address to nobody for the undo time. */
export async function releaseAddress(change: MailChange, addressId: string): Promise<void> {
  const tombstoneUntil = new Date(change.now.getTime() + UNDO_MILLISECONDS)
  await change.tx.address.update({ where: { id: addressId }, data: { tombstoneUntil } })
}
