import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { changeMail } from '@/lib/releases/change-mail'
import type { RetentionInput } from '@/lib/retention/schema'
import { readRetention, RETENTION_KEY } from '@/lib/retention/stored'

/** Decides how long reports are kept. The worker removes what is older within the hour; a longer time brings nothing back. Mails of failure reports go at once where they are not to be kept. */
export async function updateRetention(actor: Actor, input: RetentionInput) {
  const options = { domains: [], action: 'setting:retention', subject: 'reports' }
  return changeMail(actor, 'setting:write', options, async (change) => {
    const before = await readRetention(change.tx)
    const [key, value] = [RETENTION_KEY, { ...input }]
    const update = { value, revision: { increment: 1 } }
    await change.tx.setting.upsert({ where: { key }, create: { key, value }, update })
    change.audit({ before: { ...before }, after: { ...input } })
    if (input.keepsFailureMail) return
    await change.tx.reportFile.updateMany({
      where: { kind: 'failure', state: 'stored', trust: { not: 'pending' }, original: { not: null } },
      data: { original: null },
    })
  })
}
