import { checkDomain, checkNode } from '@/lib/checks/check-scope'
import { systemCheckDeps } from '@/lib/checks/system-deps'
import { db } from '@/lib/db/client'
import type { JobData } from '@/lib/jobs/queue'

/** Runs the checks of a domain or node, all or the family of one; nothing happens where it is gone. */
export async function runCheck({ kind, id, check }: JobData<'check.run'>): Promise<void> {
  const run = kind === 'domain' ? checkDomain : checkNode
  await run(id, systemCheckDeps(), check ?? undefined)
}

/** Runs every check of a domain. */
export async function checkDomainByName(name: string): Promise<void> {
  const row = await db().domain.findFirst({ where: { name, deletedAt: null }, select: { id: true } })
  if (row) await checkDomain(row.id, systemCheckDeps())
}
