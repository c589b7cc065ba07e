import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { NOT_ACKNOWLEDGED } from '@/lib/checks/acknowledgement'
import { WRONG_LEVELS } from '@/lib/checks/level'
import { visibleFindings } from '@/lib/checks/queries'
import type { AcknowledgeInput, CheckSettingsInput, FindingInput } from '@/lib/checks/schema'
import { CHECK_KEYS, readCheckSettings } from '@/lib/checks/settings'
import { db, type Tx } from '@/lib/db/client'
import { AppError } from '@/lib/errors/app-error'
import { changeMail } from '@/lib/releases/change-mail'

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
const isWrongLevel = (text: string) => WRONG_LEVELS.some((level) => level === text)
const missing = () => new AppError('NOT_FOUND', 'check.missing')

async function findFinding(actor: Actor, id: string) {
  requirePermission(actor, 'check:write')
  const row = await db().finding.findFirst({
    where: { AND: [visibleFindings(actor), { id }] },
    select: { check: true, alias: true, subject: true, nodeId: true, domain: { select: { name: true } } },
  })
  if (!row) throw missing()
  const name = [row.check, row.alias, row.subject].filter(Boolean).join(' ')
  return { name, nodeId: row.nodeId, domains: row.domain ? [row.domain.name] : [] }
}

/** A run that is being stored holds the domain's or the node's row: what it read stays true until it has written. */
async function lockNode(tx: Tx, nodeId: string | null): Promise<void> {
  if (nodeId !== null) await tx.$queryRaw`SELECT 1 FROM node WHERE id = ${nodeId}::uuid FOR UPDATE`
}

/**
 * Says of a finding why it needs nobody, until when. It stays quiet until then, or until it becomes worse. NOT_FOUND
 * where it is not the actor's; INVALID where nothing is wrong any more.
 */
export async function acknowledgeFinding(actor: Actor, input: AcknowledgeInput) {
  const { name, nodeId, domains } = await findFinding(actor, input.id)
  const options = { domains, action: 'finding:acknowledge', subject: name }
  return changeMail(actor, 'check:write', options, async (change) => {
    const { tx, now } = change
    await lockNode(tx, nodeId)
    const row = await tx.finding.findUnique({ where: { id: input.id }, select: { level: true } })
    if (!row) throw missing()
    if (!isWrongLevel(row.level)) throw new AppError('INVALID', 'check.notWrong')
    const until = new Date(now.getTime() + input.days * DAY_MILLISECONDS)
    const { as, reason } = input
    const data = {
      ...{ acknowledgedAt: now, acknowledgedBy: actor.name, acknowledgedUntil: until, acknowledgedAs: as },
      ...{ acknowledgedLevel: row.level, acknowledgeReason: reason },
      // Whoever wants quiet is told anew when the time is over and it is still so.
      alertedLevel: null,
    }
    await tx.finding.update({ where: { id: input.id }, data })
    change.audit({ as, reason, until: until.toISOString(), level: row.level })
  })
}

/** Takes an acknowledgement back. NOT_FOUND where the finding is not the actor's. */
export async function reopenFinding(actor: Actor, { id }: FindingInput) {
  const { name, nodeId, domains } = await findFinding(actor, id)
  return changeMail(actor, 'check:write', { domains, action: 'finding:reopen', subject: name }, async ({ tx }) => {
    await lockNode(tx, nodeId)
    const row = await tx.finding.findUnique({ where: { id }, select: { level: true } })
    if (!row) throw missing()
    // Whoever opens it again knows of it.
    const alertedLevel = isWrongLevel(row.level) ? row.level : null
    await tx.finding.update({ where: { id }, data: { ...NOT_ACKNOWLEDGED, alertedLevel } })
  })
}

/** Stores which resolvers and which block lists are asked. */
export async function updateCheckSettings(actor: Actor, input: CheckSettingsInput) {
  const options = { domains: [], action: 'setting:checks', subject: 'checks' }
  return changeMail(actor, 'setting:write', options, async (change) => {
    const { tx } = change
    const before = await readCheckSettings(tx)
    for (const name of ['resolvers', 'dnsbls'] as const) {
      const [key, value] = [CHECK_KEYS[name], input[name]]
      const update = { value, revision: { increment: 1 } }
      await tx.setting.upsert({ where: { key }, create: { key, value }, update })
    }
    change.audit({ before: { ...before }, after: { ...input } })
  })
}
