import 'server-only'
import { setTimeout } from 'node:timers/promises'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { askToLook } from '@/lib/jobs/queue'
import { getServerChecks } from '@/lib/settings/queries'

const PATIENCE_MILLISECONDS = 4_000
const LOOK_EVERY_MILLISECONDS = 100

/**
 * Asks the worker to look at the server's name, addresses and way out, and waits a moment for its answer, so that the page
 * that follows has it. True where it came in time; the page takes it up later otherwise.
 */
export async function requestServerChecks(actor: Actor, patience = PATIENCE_MILLISECONDS): Promise<boolean> {
  requirePermission(actor, 'setting:write')
  const before = await getServerChecks(actor)
  await askToLook('server.check', {}, 'server')
  const until = Date.now() + patience
  while (Date.now() < until) {
    const now = await getServerChecks(actor)
    if (now && now.at.getTime() !== before?.at.getTime()) return true
    await setTimeout(LOOK_EVERY_MILLISECONDS)
  }
  return false
}
