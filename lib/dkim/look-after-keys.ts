import 'server-only'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { advanceKeys } from '@/lib/dkim/advance'
import { clearKeyRecords } from '@/lib/dkim/clear-records'
import { requestMissingKeys, requestRotation } from '@/lib/dkim/request'
import { nextRotation } from '@/lib/dkim/schedule'
import type { DnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'
import { changeMail, type MailChange } from '@/lib/releases/change-mail'

/**
 * Most domains for which one pass asks for new keys. At a pass every three seconds a thousand that are due at once take
 * some twenty-five minutes, and neither the worker nor a provider sees more than these few at a time.
 */
export const MOST_REQUESTS = 2
/** A domain all of whose slots are taken is looked at again after this. */
const NO_SLOT_MS = 24 * 60 * 60 * 1000

/** Names of domains whose key is due: none that is suspended or parked, and none with a key on its way (`kind`: not a mere backup). */
async function listDue(now: Date): Promise<string[]> {
  const rows = await db().$queryRaw<{ name: string }[]>`
    SELECT d.name FROM domain d
     WHERE d.next_rotation_at <= ${now} AND d.key_rotation_days IS NOT NULL
       AND d.deleted_at IS NULL AND d.suspend_mode IS NULL AND d.kind <> 'backup_mx'
       AND coalesce(d.dns_policy->>'isParked', 'false') <> 'true'
       AND EXISTS (SELECT 1 FROM dkim_key k WHERE k.domain_id = d.id AND k.state = 'active')
       AND NOT EXISTS (SELECT 1 FROM dkim_key k WHERE k.domain_id = d.id AND NOT k.is_spare
                          AND k.state IN ('requested', 'generated', 'published'))
     ORDER BY d.next_rotation_at LIMIT ${MOST_REQUESTS}`
  return rows.map(({ name }) => name)
}

/** Names of domains that sign and have not all the keys that they should: the spare was used, or Ed25519 stopped. */
async function listIncomplete(): Promise<string[]> {
  const rows = await db().$queryRaw<{ name: string }[]>`
    SELECT d.name FROM domain d
     WHERE (d.keeps_spare_key OR d.signs_ed25519)
       AND d.deleted_at IS NULL AND d.suspend_mode IS NULL AND d.kind <> 'backup_mx'
       AND coalesce(d.dns_policy->>'isParked', 'false') <> 'true'
       AND EXISTS (SELECT 1 FROM dkim_key k WHERE k.domain_id = d.id AND k.state = 'active')
       AND (d.keeps_spare_key AND NOT EXISTS (SELECT 1 FROM dkim_key k WHERE k.domain_id = d.id AND k.is_spare
                AND k.state IN ('requested', 'generated', 'published'))
         OR d.signs_ed25519 AND NOT EXISTS (SELECT 1 FROM dkim_key k WHERE k.domain_id = d.id
                AND k.algorithm = 'ed25519-sha256' AND k.state IN ('requested', 'generated', 'published', 'active')))
     ORDER BY random() LIMIT ${MOST_REQUESTS}`
  return rows.map(({ name }) => name)
}

/** Rolls a change back for which there is nothing to do after all. */
class NothingToDo extends Error {
  override readonly name = 'NothingToDo'
}

async function each(
  actor: Actor,
  names: readonly string[],
  action: string,
  deps: DnsDeps,
  work: (change: MailChange, name: string) => Promise<void>,
): Promise<void> {
  for (const name of names) {
    try {
      const options = { domains: [name], action, subject: name, clock: deps.clock }
      await changeMail(actor, 'dkim:write', options, (change) => work(change, name))
    } catch (error) {
      if (error instanceof NothingToDo) continue
      logger('dkim').error({ err: error, domain: name }, 'no new key could be asked for')
    }
  }
}

/** Begins the rotation of a few domains that are due. What is stored is decided again under the domain's lock. */
async function rotateDue(actor: Actor, deps: DnsDeps): Promise<void> {
  await each(actor, await listDue(deps.clock()), 'dkim-key:due', deps, async (change, name) => {
    const { tx, now } = change
    const row = change.domain(name)
    if (row.keyRotationDays === null || row.nextRotationAt === null || row.nextRotationAt > now) throw new NothingToDo()
    const { selectors, withoutSlot } = await requestRotation(tx, row, now)
    const isStuck = selectors.length === 0 && withoutSlot.length > 0
    // Counted anew when the key signs; if it is dropped before, it is not asked for again at once.
    const nextRotationAt = isStuck
      ? new Date(now.getTime() + NO_SLOT_MS)
      : nextRotation(row.id, now, row.keyRotationDays)
    await tx.domain.update({ where: { id: row.id }, data: { nextRotationAt } })
    change.audit({ selectors })
  })
}

async function completeKeys(actor: Actor, deps: DnsDeps): Promise<void> {
  await each(actor, await listIncomplete(), 'dkim-key:complete', deps, async (change, name) => {
    const selectors = await requestMissingKeys(change.tx, change.domain(name), change.now)
    if (selectors.length === 0) throw new NothingToDo()
    change.audit({ selectors })
  })
}

/**
 * One pass over all signing keys: asks for those that are due or missing, moves on what is on its way, and takes the
 * records of removed ones out of DNS. For the worker, every few seconds.
 */
export async function lookAfterKeys(deps: DnsDeps): Promise<void> {
  const actor = systemActor('worker')
  await rotateDue(actor, deps)
  await completeKeys(actor, deps)
  await advanceKeys(deps)
  await clearKeyRecords(actor, deps)
}
