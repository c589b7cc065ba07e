import 'server-only'
import { requirePermission, visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { AppError } from '@/lib/errors/app-error'
import { afterAddress, type ListOptions } from '@/lib/mailboxes/queries'

const PAGE = 50

/** The `where` of aliases that an actor may see and that are not deleted. */
function visibleAliases(actor: Actor): Prisma.AliasWhereInput {
  return { deletedAt: null, domain: { AND: [visibleDomains(actor), { deletedAt: null }] } }
}

const aliasSelect = {
  id: true,
  note: true,
  allowsSending: true,
  disabledAt: true,
  expiresAt: true,
  createdAt: true,
  revision: true,
  address: { select: { localPart: true } },
  domain: { select: { name: true } },
  targets: { select: { target: true }, orderBy: { target: 'asc' } },
} satisfies Prisma.AliasSelect

type AliasRow = Prisma.AliasGetPayload<{ select: typeof aliasSelect }>

const flat = ({ address, domain, targets, ...row }: AliasRow) => ({
  ...row,
  localPart: address.localPart,
  domain: domain.name,
  targets: targets.map((target) => target.target),
})

/** One page of aliases by address; `q` is any part of the local part or of a target. */
export async function listAliases(actor: Actor, { domain, q = '', after }: ListOptions = {}) {
  requirePermission(actor, 'alias:read')
  const part = q.toLowerCase()
  const rows = await db().alias.findMany({
    where: {
      AND: [
        visibleAliases(actor),
        domain === undefined ? {} : { domain: { name: domain } },
        part
          ? {
              OR: [
                { address: { localPart: { contains: part } } },
                { targets: { some: { target: { contains: part } } } },
              ],
            }
          : {},
        afterAddress(after),
      ],
    },
    orderBy: [{ domain: { name: 'asc' } }, { address: { localPart: 'asc' } }],
    take: PAGE + 1,
    select: aliasSelect,
  })
  const page = rows.slice(0, PAGE).map(flat)
  const last = page.at(-1)
  return { aliases: page, next: rows.length > PAGE && last ? `${last.localPart}@${last.domain}` : null }
}

/** One alias with its targets. NOT_FOUND where it is not the actor's. */
export async function requireAlias(actor: Actor, domain: string, localPart: string) {
  requirePermission(actor, 'alias:read')
  const row = await db().alias.findFirst({
    where: { AND: [visibleAliases(actor), { domain: { name: domain }, address: { localPart } }] },
    select: aliasSelect,
  })
  if (!row) throw new AppError('NOT_FOUND', 'alias.missing', { address: `${localPart}@${domain}` })
  return flat(row)
}
