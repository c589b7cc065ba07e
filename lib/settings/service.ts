import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock, type Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import type { Dns } from '@/lib/dns/resolver'
import { syncAllDomainRecords } from '@/lib/dns/service'
import { renderDomainsAgain } from '@/lib/domains/render-again'
import { AppError } from '@/lib/errors/app-error'
import { changeMail, type MailChange } from '@/lib/releases/change-mail'
import { readServerSettings, SERVER_KEYS } from '@/lib/settings/queries'
import type { ServerSettingsInput } from '@/lib/settings/schema'
import { checkServer, type Dial, type ServerCheckResult } from '@/lib/settings/server-checks'

/**
 * Stores the server's host name, public addresses and postmaster. The first smtp node takes name and addresses over, and
 * the reserved addresses of nodes and domains and the records of all domains follow. CONFLICT where the name is a mail domain.
 */
export async function updateServerSettings(actor: Actor, input: ServerSettingsInput, clock: Clock = systemClock) {
  const options = { domains: [], action: 'setting:server', subject: input.hostName, clock }
  const done = await changeMail(actor, 'setting:write', options, async (change) => {
    const before = await readServerSettings(change.tx)
    const put = async (key: string, value: Prisma.InputJsonValue): Promise<void> => {
      const update = { value, revision: { increment: 1 } }
      await change.tx.setting.upsert({ where: { key }, create: { key, value }, update })
    }
    await put(SERVER_KEYS.hostName, input.hostName)
    await put(SERVER_KEYS.publicAddresses, input.publicAddresses)
    await put(SERVER_KEYS.postmasterAddress, input.postmasterAddress)
    change.audit({ before: { ...before }, after: { ...input } })
    const nodes = await change.tx.node.findMany({
      where: { removedAt: null, roles: { has: 'smtp' } },
      orderBy: { createdAt: 'asc' },
      select: { id: true, hostName: true },
    })
    for (const { hostName } of nodes) change.touchHost(hostName)
    await nameFirstNode(change, nodes[0]?.id, input)
    return { isPostmasterNew: before.postmasterAddress !== input.postmasterAddress }
  })
  await syncAllDomainRecords(actor)
  if (done.result.isPostmasterNew) {
    const where = { postmasterTarget: null }
    await renderDomainsAgain(actor, 'setting:write', { action: 'setting:server', subject: input.hostName, where })
  }
  return done
}

/** The server is the first node that takes mail; nodes added beside it keep the names they came with. */
async function nameFirstNode(change: MailChange, id: string | undefined, input: ServerSettingsInput): Promise<void> {
  const { hostName, publicAddresses } = input
  const taken = await change.tx.hostedName.findUnique({ where: { name: hostName }, select: { name: true } })
  if (taken) throw new AppError('CONFLICT', 'settings.hostIsDomain', { name: hostName }, { field: 'hostName' })
  if (id === undefined) return
  await change.tx.node.update({ where: { id }, data: { hostName, publicAddresses, nextCheckAt: change.now } })
  change.touchHost(hostName)
}

/**
 * Looks at host name, forward and reverse DNS and the way out on port 25, and keeps the answers for the pages. `dial` is
 * null where this process must not connect outside.
 */
export async function runServerChecks(
  actor: Actor,
  world: { dns: Dns; dial: Dial | null },
  clock: Clock = systemClock,
): Promise<ServerCheckResult[]> {
  requirePermission(actor, 'setting:write')
  const settings = await readServerSettings(db())
  const checks = await checkServer(settings, world)
  const value = { at: clock().toISOString(), checks } as unknown as Prisma.InputJsonValue
  const key = SERVER_KEYS.checks
  const update = { value, revision: { increment: 1 } }
  await db().setting.upsert({ where: { key }, create: { key, value }, update })
  return checks
}
