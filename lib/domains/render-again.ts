import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import type { Permission } from '@/lib/auth/permissions'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { changeMail, type MailChange } from '@/lib/releases/change-mail'

/** Domains in one change: each stays short, whatever the number of domains. */
const CHUNK = 200

/**
 * Renders the own lines of many domains again, because something they rest on has changed (a node's address, the
 * postmaster). `work` may change the rows of each chunk first.
 */
export async function renderDomainsAgain(
  actor: Actor,
  permission: Permission,
  options: { action: string; subject: string; where: Prisma.DomainWhereInput },
  work?: (change: MailChange, names: readonly string[]) => Promise<void>,
): Promise<void> {
  for (let after = ''; ;) {
    const rows = await db().domain.findMany({
      where: { AND: [options.where, { deletedAt: null, name: { gt: after } }] },
      orderBy: { name: 'asc' },
      take: CHUNK,
      select: { name: true },
    })
    const names = rows.map((row) => row.name)
    const last = names.at(-1)
    if (last === undefined) return
    const { action, subject } = options
    await changeMail(actor, permission, { domains: names, action, subject }, async (change) => {
      await work?.(change, names)
      for (const name of names) change.touchDomain(name)
    })
    after = last
  }
}
