import 'server-only'
import { createHash } from 'node:crypto'
import type { Actor } from '@/lib/auth/actor'
import type { Tx } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'

export interface AuditLine {
  action: string
  subject: string
  domainNames: string[]
  detail: Record<string, Prisma.InputJsonValue | null>
  release: bigint | null
  now: Date
}

/**
 * Adds one entry to the audit's hash chain: `hash` is SHA-256 of the previous hash and the content. The caller holds the
 * release lock, so entries are in commit order.
 */
export async function appendAudit(tx: Tx, actor: Actor, line: AuditLine): Promise<void> {
  const head = await tx.auditEntry.findFirst({ orderBy: { id: 'desc' }, select: { id: true, hash: true } })
  const id = (head?.id ?? 0n) + 1n
  const previousHash = head?.hash ?? ''
  const content = {
    at: line.now,
    actorKind: actor.kind,
    actorId: actor.id,
    actorName: actor.name,
    action: line.action,
    domainNames: line.domainNames,
    subject: line.subject,
    detail: line.detail,
    release: line.release,
  }
  const hash = auditHash(previousHash, id, content)
  await tx.auditEntry.create({ data: { id, ...content, previousHash, hash } })
}

/** The hash of one entry: over the previous hash and its content with keys sorted. Hex. */
export function auditHash(previousHash: string, id: bigint, content: Record<string, unknown>): string {
  return createHash('sha256')
    .update(previousHash)
    .update(canonicalJson({ id, ...content }))
    .digest('hex')
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString()
    if (item !== null && typeof item === 'object' && !Array.isArray(item) && !(item instanceof Date))
      return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
    return item
  })
}
