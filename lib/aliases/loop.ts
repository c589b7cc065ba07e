import 'server-only'
import { RECIPIENT_DELIMITER } from '@/lib/addresses/address'
import type { Tx } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'

/** As deep as Postfix follows (virtual_alias_recursion_limit is 1000; nobody means more than this). */
const DEPTH = 20

/**
 * Refuses targets that lead back to `address` through local aliases and forwards (INVALID on `field`). A mailbox that
 * names itself is fine: that is its own copy.
 */
export async function refuseLoop(tx: Tx, address: string, targets: readonly string[], field: string): Promise<void> {
  const seen = new Set<string>()
  let level = targets.map(withoutTag)
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    if (level.includes(address)) throw new AppError('INVALID', 'alias.loop', { address }, { field })
    const fresh = level.filter((target) => !seen.has(target))
    for (const target of fresh) seen.add(target)
    level = await nextTargets(tx, fresh)
  }
}

function withoutTag(address: string): string {
  const at = address.lastIndexOf('@')
  const plus = address.indexOf(RECIPIENT_DELIMITER)
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address
}

async function nextTargets(tx: Tx, addresses: readonly string[]): Promise<string[]> {
  if (addresses.length === 0) return []
  const where = addresses.map((address) => {
    const at = address.lastIndexOf('@')
    const name = address.slice(at + 1)
    return {
      localPart: address.slice(0, at),
      domain: { OR: [{ name }, { aliasesOf: { some: { name, deletedAt: null } } }] },
    }
  })
  const rows = await tx.address.findMany({
    where: { OR: where },
    select: {
      alias: { select: { deletedAt: true, targets: { select: { target: true } } } },
      mailbox: { select: { deletedAt: true, forwardTargets: true } },
    },
  })
  return rows
    .flatMap((row) => [
      ...(row.alias?.deletedAt === null ? row.alias.targets.map((target) => target.target) : []),
      ...(row.mailbox?.deletedAt === null ? row.mailbox.forwardTargets : []),
    ])
    .map(withoutTag)
}
