import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'

const PAGE = 50

/** Audit entries, newest first, before entry `before`. */
export async function listAudit(actor: Actor, { before }: { before?: bigint } = {}) {
  requirePermission(actor, 'audit:read')
  const rows = await db().auditEntry.findMany({
    where: before === undefined ? {} : { id: { lt: before } },
    orderBy: { id: 'desc' },
    take: PAGE + 1,
    select: {
      id: true,
      at: true,
      actorName: true,
      actorKind: true,
      action: true,
      subject: true,
      domainNames: true,
      detail: true,
      release: true,
      hash: true,
    },
  })
  const page = rows.slice(0, PAGE)
  return { entries: page, next: rows.length > PAGE ? (page.at(-1)?.id ?? null) : null }
}
