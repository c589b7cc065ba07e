import 'server-only'
import type { Tx } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import type { AddressFacts, DomainFacts } from '@/lib/releases/facts'
import { postmasterAddress } from '@/lib/settings/postmaster'

const domainSelect = {
  id: true,
  name: true,
  deletedAt: true,
  suspendMode: true,
  catchAllTarget: true,
  postmasterTarget: true,
  aliasesOf: { where: { deletedAt: null }, select: { name: true }, orderBy: { name: 'asc' } },
  homeNode: { select: { services: true } },
  dkimKeys: {
    where: { state: { in: ['active'] } },
    select: { id: true, selector: true, algorithm: true, state: true, privateKeyHash: true },
  },
} satisfies Prisma.DomainSelect

/** The facts of a domain as the renderers want them. Throws where the row is gone. */
export async function loadDomainFacts(tx: Tx, domainId: string): Promise<DomainFacts> {
  const row = await tx.domain.findUniqueOrThrow({ where: { id: domainId }, select: domainSelect })
  const services = row.homeNode?.services as Record<string, string> | undefined
  return {
    name: row.name,
    aliasNames: row.aliasesOf.map((alias) => alias.name),
    isDeleted: row.deletedAt !== null,
    suspendMode: row.suspendMode,
    catchAllTarget: row.catchAllTarget,
    postmasterTarget: row.postmasterTarget ?? (await postmasterAddress(tx)),
    lmtp: services?.lmtp ?? null,
    signingKeys: row.dkimKeys,
  }
}

const addressSelect = {
  localPart: true,
  tombstoneUntil: true,
  mailbox: {
    select: {
      storageId: true,
      storageFormat: true,
      quotaBytes: true,
      passwordHash: true,
      isImapEnabled: true,
      isPop3Enabled: true,
      isSubmissionEnabled: true,
      isSieveEnabled: true,
      isSendOnly: true,
      disabledAt: true,
      deletedAt: true,
      forwardTargets: true,
      forwardKeepsCopy: true,
      credentials: { select: { login: true, hash: true, services: true }, orderBy: { login: 'asc' } },
    },
  },
  alias: {
    select: {
      allowsSending: true,
      disabledAt: true,
      expiresAt: true,
      deletedAt: true,
      targets: { select: { target: true }, orderBy: { target: 'asc' } },
    },
  },
} satisfies Prisma.AddressSelect

/**
 * The facts of some addresses of a domain, by local part. An address without a row is given as one that nobody owns.
 * The cost is that of the addresses asked for.
 */
export async function loadAddressFacts(
  tx: Tx,
  domain: { id: string; name: string },
  localParts: readonly string[],
  now: Date,
): Promise<AddressFacts[]> {
  const rows = await tx.address.findMany({
    where: { domainId: domain.id, localPart: { in: [...localParts] } },
    select: addressSelect,
  })
  const byLocalPart = new Map(rows.map((row) => [row.localPart, row]))
  const senders = await sendersOf(tx, domain.name, rows)
  return localParts.map((localPart) => {
    const row = byLocalPart.get(localPart)
    const { mailbox, alias } = row ?? { mailbox: null, alias: null }
    return {
      localPart,
      mailbox: mailbox && {
        storageId: mailbox.storageId,
        format: mailbox.storageFormat,
        quotaBytes: Number(mailbox.quotaBytes),
        passwordHash: mailbox.passwordHash,
        isImapEnabled: mailbox.isImapEnabled,
        isPop3Enabled: mailbox.isPop3Enabled,
        isSubmissionEnabled: mailbox.isSubmissionEnabled,
        isSieveEnabled: mailbox.isSieveEnabled,
        isSendOnly: mailbox.isSendOnly,
        isDisabled: mailbox.disabledAt !== null,
        isDeleted: mailbox.deletedAt !== null,
        forwardTargets: mailbox.forwardTargets,
        forwardKeepsCopy: mailbox.forwardKeepsCopy,
        credentials: mailbox.credentials,
      },
      alias: alias && {
        targets: alias.targets.map((target) => target.target),
        isOff:
          alias.deletedAt !== null || alias.disabledAt !== null || (alias.expiresAt !== null && alias.expiresAt <= now),
      },
      isTombstone: row?.tombstoneUntil != null,
      senders: senders.get(localPart) ?? [],
    }
  })
}

type AddressRow = Prisma.AddressGetPayload<{ select: typeof addressSelect }>

/** Who else may send as each address: mailboxes that an alias with `allowsSending` reaches directly, and grants. */
async function sendersOf(tx: Tx, domainName: string, rows: AddressRow[]): Promise<Map<string, string[]>> {
  const result = new Map<string, string[]>()
  const aliases = rows.filter(
    (row) => row.alias?.allowsSending && row.alias.deletedAt === null && row.alias.disabledAt === null,
  )
  const targets = [...new Set(aliases.flatMap((row) => row.alias?.targets.map((target) => target.target) ?? []))]
  const mailboxes = await liveMailboxes(tx, targets)
  for (const row of aliases) {
    const logins = row.alias?.targets.map((target) => target.target).filter((target) => mailboxes.has(target)) ?? []
    result.set(row.localPart, logins)
  }
  const grants = await tx.senderGrant.findMany({
    where: {
      sender: { in: rows.map((row) => `${row.localPart}@${domainName}`) },
      mailbox: { deletedAt: null },
    },
    select: {
      sender: true,
      mailbox: { select: { address: { select: { localPart: true } }, domain: { select: { name: true } } } },
    },
  })
  for (const grant of grants) {
    const localPart = grant.sender.slice(0, grant.sender.lastIndexOf('@'))
    const login = `${grant.mailbox.address.localPart}@${grant.mailbox.domain.name}`
    result.set(localPart, [...(result.get(localPart) ?? []), login])
  }
  return result
}

/** Which of these addresses are mailboxes that are not deleted. */
async function liveMailboxes(tx: Tx, addresses: readonly string[]): Promise<Set<string>> {
  if (addresses.length === 0) return new Set()
  const rows = await tx.mailbox.findMany({
    where: {
      deletedAt: null,
      OR: addresses.map((address) => {
        const at = address.lastIndexOf('@')
        return {
          address: { localPart: address.slice(0, at) },
          domain: { name: address.slice(at + 1), deletedAt: null },
        }
      }),
    },
    select: { address: { select: { localPart: true } }, domain: { select: { name: true } } },
  })
  return new Set(rows.map((row) => `${row.address.localPart}@${row.domain.name}`))
}
