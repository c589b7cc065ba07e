import 'server-only'
import { randomInt } from 'node:crypto'
import type { Tx } from '@/lib/db/client'
import { newSelector } from '@/lib/dkim/selector'

/** Asks for a key of a domain: a row without key, which the worker fills. Returns the selector. */
export async function requestDomainKey(tx: Tx, domainId: string, now: Date): Promise<string> {
  const selector = newSelector(now, randomInt)
  await tx.dkimKey.create({ data: { domainId, selector, createdAt: now } })
  return selector
}
