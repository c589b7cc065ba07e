import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { AppError } from '@/lib/errors/app-error'

const PAGE = 50

/** The `where` of mailboxes that an actor may see and that are not deleted. */
export function visibleMailboxes(actor: Actor): Prisma.MailboxWhereInput {
  return { deletedAt: null, domain: { AND: [visibleDomains(actor), { deletedAt: null }] } }
}

const listSelect = {
  id: true,
  name: true,
  quotaBytes: true,
  isImapEnabled: true,
  isPop3Enabled: true,
  isSubmissionEnabled: true,
  isSendOnly: true,
  disabledAt: true,
  forwardTargets: true,
  createdAt: true,
  address: { select: { localPart: true } },
  domain: { select: { name: true } },
} satisfies Prisma.MailboxSelect

export interface ListOptions {
  /** Only this domain; else all that the actor may see. */
  domain?: string
  /** Any part of the local part or of the name. */
  q?: string
  /** Address after which the page starts. */
  after?: string
}

/** One page of mailboxes by address. `next` is where the following page starts, null at the end. */
export async function listMailboxes(actor: Actor, { domain, q = '', after }: ListOptions = {}) {
  requirePermission(actor, 'mailbox:read')
  const rows = await db().mailbox.findMany({
    where: {
      AND: [
        visibleMailboxes(actor),
        domain === undefined ? {} : { domain: { name: domain } },
        q
          ? {
              OR: [
                { address: { localPart: { contains: q.toLowerCase() } } },
                { name: { contains: q, mode: 'insensitive' } },
              ],
            }
          : {},
        afterAddress(after),
      ],
    },
    orderBy: [{ domain: { name: 'asc' } }, { address: { localPart: 'asc' } }],
    take: PAGE + 1,
    select: listSelect,
  })
  const page = rows
    .slice(0, PAGE)
    .map(({ address, domain: { name }, ...row }) => ({ ...row, localPart: address.localPart, domain: name }))
  const last = page.at(-1)
  return { mailboxes: page, next: rows.length > PAGE && last ? `${last.localPart}@${last.domain}` : null }
}

/** Rows after an address in the order domain, local part. */
export function afterAddress(after: string | undefined) {
  if (!after?.includes('@')) return {}
  const at = after.lastIndexOf('@')
  const [localPart, name] = [after.slice(0, at), after.slice(at + 1)]
  return { OR: [{ domain: { name: { gt: name } } }, { domain: { name }, address: { localPart: { gt: localPart } } }] }
}

/** One mailbox without its password. NOT_FOUND where it is not the actor's. */
export async function requireMailbox(actor: Actor, domain: string, localPart: string) {
  requirePermission(actor, 'mailbox:read')
  const row = await db().mailbox.findFirst({
    where: { AND: [visibleMailboxes(actor), { domain: { name: domain }, address: { localPart } }] },
    select: { ...listSelect, isSieveEnabled: true, forwardKeepsCopy: true, revision: true, storageFormat: true },
  })
  if (!row) throw new AppError('NOT_FOUND', 'mailbox.missing', { address: `${localPart}@${domain}` })
  return { ...row, localPart: row.address.localPart, domain: row.domain.name }
}
