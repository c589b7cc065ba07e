import 'server-only'
import { z } from 'zod'
import type { Tx } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import type { Edges } from '@/lib/retention/edges'
import { DEFAULT_RETENTION, retentionSchema, type Retention } from '@/lib/retention/schema'

export const RETENTION_KEY = 'reports.retention'
const SWEEP_KEY = 'reports.sweep'

/** How long reports are kept, as stored; for services, which know who asks. */
export async function readRetention(tx: Tx): Promise<Retention> {
  const row = await tx.setting.findUnique({ where: { key: RETENTION_KEY }, select: { value: true } })
  return retentionSchema.safeParse(row?.value).data ?? DEFAULT_RETENTION
}

const sweepState = z.object({
  aggregateFrom: z.string(),
  tlsFrom: z.string(),
  /** When these days were announced: older reports are refused from then on. */
  announcedAt: z.coerce.date(),
  /** The day (UTC) on which what is older was last removed; null: not since the announcement. */
  sweptOn: z.string().nullable(),
})
export type SweepState = z.infer<typeof sweepState>

/** How far the removal of old reports is; null before the first. */
export async function readSweepState(tx: Tx): Promise<SweepState | null> {
  const row = await tx.setting.findUnique({ where: { key: SWEEP_KEY }, select: { value: true } })
  return sweepState.safeParse(row?.value).data ?? null
}

export async function writeSweepState(tx: Tx, state: SweepState): Promise<void> {
  const value: Prisma.InputJsonValue = { ...state, announcedAt: state.announcedAt.toISOString() }
  await tx.setting.upsert({ where: { key: SWEEP_KEY }, create: { key: SWEEP_KEY, value }, update: { value } })
}

const ALL: Edges = { aggregateFrom: '', tlsFrom: '' }

/**
 * The first days of which reports are taken in: what is older has been removed or is about to be, its duplicates can no
 * longer be told, and the sums hold it already.
 */
export async function readTakenFrom(tx: Tx): Promise<Edges> {
  return (await readSweepState(tx)) ?? ALL
}
