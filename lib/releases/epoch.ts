import 'server-only'
import type { Tx } from '@/lib/db/client'

/** Key of the setting that holds the epoch. */
export const EPOCH_SETTING = 'release.epoch'

/** Raised by a restore: agents compare (epoch, release) and refuse a step back. Starts at 1. */
export async function currentEpoch(tx: Tx): Promise<number> {
  const row = await tx.setting.findUnique({ where: { key: EPOCH_SETTING }, select: { value: true } })
  return typeof row?.value === 'number' ? row.value : 1
}
