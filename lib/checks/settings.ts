import 'server-only'
import { z } from 'zod'
import type { Tx } from '@/lib/db/client'

export const CHECK_KEYS = { resolvers: 'dns.resolvers', dnsbls: 'checks.dnsbls' } as const

/** What an administrator decides of how checks are made. */
export interface CheckSettings {
  /** `address:port` of the resolvers that are asked; none: the system's. POSTHOUSE_RESOLVERS stands above it. */
  resolvers: string[]
  /** Zones of the block lists that are asked about our addresses and names; null: the panel's own choice. */
  dnsbls: string[] | null
}

const list = z.array(z.string())

/** The settings as stored; for loaders and services, which know who asks. */
export async function readCheckSettings(tx: Tx): Promise<CheckSettings> {
  const rows = await tx.setting.findMany({ where: { key: { in: Object.values(CHECK_KEYS) } } })
  const value = (key: string) => list.safeParse(rows.find((row) => row.key === key)?.value).data ?? null
  return { resolvers: value(CHECK_KEYS.resolvers) ?? [], dnsbls: value(CHECK_KEYS.dnsbls) }
}
