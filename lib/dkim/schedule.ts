import { createHash } from 'node:crypto'

const DAY_MS = 24 * 60 * 60 * 1000
/** A tenth earlier or later, so that domains taken on together do not rotate together. */
const JITTER = 0.1

/** -1 … 1, the same each time for a domain. */
function offset(domainId: string): number {
  return (createHash('sha256').update(domainId).digest().readUInt32BE() / 0xffff_ffff) * 2 - 1
}

/** When a domain's key is to be replaced that began to sign at `from`: after `days`, up to a tenth of them earlier or later. */
export function nextRotation(domainId: string, from: Date, days: number): Date {
  return new Date(from.getTime() + days * DAY_MS * (1 + JITTER * offset(domainId)))
}
