import 'server-only'
import { visibleDomains, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { OwnDomain } from '@/lib/dmarc/find-domain'
import { AppError } from '@/lib/errors/app-error'

/** The domain that reports are asked for. NOT_FOUND where it is not the actor's. */
export async function requireOwnDomain(actor: Actor, name: string): Promise<OwnDomain> {
  const domain = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name, deletedAt: null }] },
    select: { id: true, name: true },
  })
  if (!domain) throw new AppError('NOT_FOUND', 'domain.missing', { name })
  return domain
}
