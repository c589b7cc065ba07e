import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { roleMay } from '@/lib/auth/permissions'
import { CHECK_IDS, whoActs } from '@/lib/checks/registry'
import type { FindingFilter } from '@/lib/checks/schema'
import { Prisma } from '@/lib/db/generated/client'

/** The name by which findings are listed: of the domain `d` or node `n` that a finding hangs on. */
export const SCOPE_NAME = Prisma.sql`coalesce(d.name, n.name)`

/** As `visibleFindings`, over the tables of {@link fromFindings}. */
function isVisible(actor: Actor): Prisma.Sql {
  const ofDomains =
    actor.kind === 'admin' && actor.role === 'domain_admin'
      ? Prisma.sql`d.deleted_at IS NULL AND d.id IN (SELECT domain_id FROM admin_grant WHERE admin_id = ${actor.id}::uuid)`
      : Prisma.sql`d.id IS NOT NULL AND d.deleted_at IS NULL`
  return roleMay(actor.role, 'node:read')
    ? Prisma.sql`((${ofDomains}) OR (n.id IS NOT NULL AND n.removed_at IS NULL))`
    : ofDomains
}

/**
 * `FROM … WHERE …` of the wrong findings `f` of a filter that an actor may see, each with its domain `d` or node `n`. The levels
 * are written out: so the index of wrong findings alone serves it.
 */
export function fromFindings(actor: Actor, { check, level, who, show }: FindingFilter, now: Date): Prisma.Sql {
  const conditions = [
    Prisma.sql`f.level IN ('attention', 'broken')`,
    isVisible(actor),
    show === 'acknowledged'
      ? Prisma.sql`f.acknowledged_until > ${now}::timestamptz`
      : Prisma.sql`(f.acknowledged_until IS NULL OR f.acknowledged_until <= ${now}::timestamptz)`,
    ...(level === undefined ? [] : [Prisma.sql`f.level = ${level}`]),
    ...(check === undefined ? [] : [Prisma.sql`f."check" = ${check}`]),
    ...(who === undefined
      ? []
      : [Prisma.sql`f."check" = ANY(${CHECK_IDS.filter((id) => whoActs(id) === who)}::text[])`]),
  ]
  return Prisma.sql`
    FROM finding f LEFT JOIN domain d ON d.id = f.domain_id LEFT JOIN node n ON n.id = f.node_id
   WHERE ${Prisma.join(conditions, ' AND ')}`
}
