import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import type { Tx } from '@/lib/db/client'
import { requestDomainKey } from '@/lib/dkim/request'
import { syncDomainRecords } from '@/lib/dns/sync'
import type { CreateDomainInput, DomainAliasInput, RemoveDomainInput, UpdateDomainInput } from '@/lib/domains/schema'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'

/**
 * Takes a domain on: rows, reserved addresses, the records it should have and a request for its first key. It lives on
 * the first imap node. CONFLICT where the name is a domain, an alias domain, or was one within the undo time.
 */
export async function createDomain(actor: Actor, input: CreateDomainInput) {
  const subject = input.name
  return changeMail(actor, 'domain:create', { domains: [], action: 'domain:create', subject }, async (change) => {
    const { tx, now } = change
    await refuseTakenName(tx, input.name)
    const home = await tx.node.findFirst({
      where: { removedAt: null, roles: { has: 'imap' } },
      orderBy: { createdAt: 'asc' },
      select: { id: true },
    })
    // Of several nobody knows which keeps this zone: it is chosen then.
    const [provider, other] = await tx.dnsProvider.findMany({ take: 2, select: { id: true } })
    const row = await tx.domain.create({
      data: {
        name: input.name,
        description: input.description,
        homeNodeId: home?.id ?? null,
        dnsProviderId: other ? null : (provider?.id ?? null),
        hostedName: { create: { name: input.name } },
      },
    })
    change.addDomain(row)
    await requestDomainKey(tx, row.id, now)
    await syncDomainRecords(tx, row.id)
    change.touchDomain(row.name)
    return { name: row.name }
  })
}

async function refuseTakenName(tx: Tx, name: string): Promise<void> {
  const taken = await tx.hostedName.findUnique({
    where: { name },
    select: { domain: { select: { deletedAt: true } }, domainAlias: { select: { deletedAt: true } } },
  })
  const isHost = await tx.node.findFirst({ where: { hostName: name, removedAt: null }, select: { id: true } })
  if (isHost) throw new AppError('CONFLICT', 'domain.isHost', { name }, { field: 'name' })
  if (!taken) return
  const isDeleted = (taken.domain ?? taken.domainAlias)?.deletedAt != null
  throw new AppError('CONFLICT', isDeleted ? 'domain.deletedRecently' : 'domain.exists', { name }, { field: 'name' })
}

/** Changes a domain's settings. CONFLICT where somebody else changed it since the form was shown. */
export async function updateDomain(actor: Actor, input: UpdateDomainInput) {
  const options = { domains: [input.name], action: 'domain:update', subject: input.name }
  return changeMail(actor, 'domain:update', options, async (change) => {
    const before = change.domain(input.name)
    if (before.revision !== input.revision) throw new AppError('CONFLICT', 'form.stale', { name: input.name })
    const data = {
      description: input.description,
      catchAllTarget: input.catchAllTarget,
      postmasterTarget: input.postmasterTarget,
      suspendMode: input.suspendMode,
      defaultQuotaBytes: BigInt(input.defaultQuotaMebibytes) * 1_048_576n,
    }
    await change.tx.domain.update({ where: { id: before.id }, data: { ...data, revision: { increment: 1 } } })
    change.audit({
      before: {
        description: before.description,
        catchAllTarget: before.catchAllTarget,
        postmasterTarget: before.postmasterTarget,
        suspendMode: before.suspendMode,
      },
      after: { ...data, defaultQuotaBytes: data.defaultQuotaBytes.toString() },
    })
    const reachesAll =
      before.suspendMode !== data.suspendMode || (before.catchAllTarget === null) !== (data.catchAllTarget === null)
    if (reachesAll) change.touchAllAddresses(input.name)
    else change.touchDomain(input.name)
  })
}

/**
 * Takes a domain off: nothing is accepted for it any more and nobody logs in; rows and mail stay for the undo time.
 * INVALID where the typed name is another.
 */
export async function removeDomain(actor: Actor, input: RemoveDomainInput) {
  if (input.confirmation.trim().toLowerCase() !== input.name)
    throw new AppError('INVALID', 'domain.confirmation', { name: input.name }, { field: 'confirmation' })
  const options = { domains: [input.name], action: 'domain:remove', subject: input.name }
  return changeMail(actor, 'domain:remove', options, async (change) => {
    const row = change.domain(input.name)
    change.audit({ mailboxes: row.mailboxCount, aliases: row.aliasCount })
    await change.tx.domain.update({
      where: { id: row.id },
      data: { deletedAt: change.now, revision: { increment: 1 } },
    })
    change.touchAllAddresses(input.name)
  })
}

/** Makes `alias` another name of a domain. CONFLICT as for {@link createDomain}. */
export async function createDomainAlias(actor: Actor, input: DomainAliasInput) {
  const options = { domains: [input.name], action: 'domain-alias:create', subject: input.alias }
  return changeMail(actor, 'domain:create', options, async (change) => {
    await refuseTakenName(change.tx, input.alias)
    await change.tx.domainAlias.create({
      data: {
        name: input.alias,
        domainId: change.domain(input.name).id,
        hostedName: { create: { name: input.alias } },
      },
    })
    await syncDomainRecords(change.tx, change.domain(input.name).id)
    change.touchAllAddresses(input.name)
  })
}
