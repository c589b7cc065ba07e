import 'server-only'
import type { Tx } from '@/lib/db/client'

/**
 * Where mail to postmaster and abuse of domains and hosts goes when nobody owns the address: the setting, else the
 * first owner's own address; null before there is an owner (RFC 5321 §4.5.1 wants a person).
 */
export async function postmasterAddress(tx: Tx): Promise<string | null> {
  const setting = await tx.setting.findUnique({ where: { key: 'server.postmasterAddress' }, select: { value: true } })
  if (typeof setting?.value === 'string' && setting.value !== '') return setting.value
  const owner = await tx.admin.findFirst({
    where: { role: 'owner', disabledAt: null },
    orderBy: { createdAt: 'asc' },
    select: { email: true },
  })
  return owner?.email ?? null
}
