import { AppError } from '@/lib/errors/app-error'
import { roleMay, type Permission } from '@/lib/auth/permissions'
import type { AdminRole } from '@/lib/db/generated/enums'
import type { Prisma } from '@/lib/db/generated/client'

/** Who does something. `system` is the installation itself: worker, command line, seed. */
export type Actor =
  | { kind: 'admin'; id: string; name: string; role: AdminRole; sessionId: string; address: string | null }
  | { kind: 'system'; id: null; name: string; role: 'owner' }

export function systemActor(name: string): Actor {
  return { kind: 'system', id: null, name, role: 'owner' }
}

/** Throws FORBIDDEN where the actor's role has not this permission anywhere. */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (!roleMay(actor.role, permission)) throw new AppError('FORBIDDEN', 'auth.forbidden', { permission })
}

/** The `where` of the domains an actor may see; join it by `AND: [visibleDomains(actor), …]`, never by spread. */
export function visibleDomains(actor: Actor): Prisma.DomainWhereInput {
  if (actor.kind === 'admin' && actor.role === 'domain_admin') return { grants: { some: { adminId: actor.id } } }
  return {}
}
