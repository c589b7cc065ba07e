import 'server-only'
import { setTimeout } from 'node:timers/promises'
import type { Actor } from '@/lib/auth/actor'
import { enqueue } from '@/lib/jobs/queue'
import { changeMail } from '@/lib/releases/change-mail'
import { getServerChecks } from '@/lib/settings/queries'

const PATIENCE_MILLISECONDS = 4_000
const LOOK_EVERY_MILLISECONDS = 100

/**
 * Asks the worker to look at the server's name, addresses and way out, and waits a moment for its answer, so that the page
 * that follows has it. True where it came in time; the page takes it up later otherwise.
 */
export async function requestServerChecks(actor: Actor): Promise<boolean> {
  const before = await getServerChecks(actor)
  const options = { domains: [], action: 'setting:check', subject: 'server' }
  await changeMail(actor, 'setting:write', options, ({ tx }) =>
    enqueue(tx, 'server.check', {}, { singletonKey: 'server' }),
  )
  const until = Date.now() + PATIENCE_MILLISECONDS
  while (Date.now() < until) {
    const now = await getServerChecks(actor)
    if (now && now.at.getTime() !== before?.at.getTime()) return true
    await setTimeout(LOOK_EVERY_MILLISECONDS)
  }
  return false
}
