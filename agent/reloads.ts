import type { Reloadable } from '@/lib/agent-protocol/maps'
import type { ReloadAnswer } from '@/lib/agent-protocol/messages'
import type { Log } from './log'
import { Refusal } from './refusal'

export interface ReloadTools {
  /** Reloads at once; false where the daemon does not run. Throws a Refusal with the program's words. */
  reload: (daemon: Reloadable) => Promise<boolean>
  /** Keeps a reload over a restart of the agent. */
  remember: (daemon: Reloadable, isPending: boolean) => void
  now: () => number
  log: Log
  /** Least time between two reloads of Postfix in ms. */
  pauseMs: number
}

/** Least time between two reloads of Postfix in ms: each one rescans the queue (MAIL rule 25). */
export const POSTFIX_PAUSE_MS = 5_000

/** Reloads daemons, the first time at once and then at most one in the daemon's pause; what comes between is one reload. */
export function createReloads({ reload, remember, now, log, pauseMs }: ReloadTools) {
  const lastAt = new Map<Reloadable, number>()
  const timers = new Map<Reloadable, { timer: NodeJS.Timeout; at: number }>()

  async function perform(daemon: Reloadable): Promise<ReloadAnswer> {
    try {
      const isRunning = await reload(daemon)
      if (isRunning) lastAt.set(daemon, now())
      remember(daemon, !isRunning)
      return { daemon, state: isRunning ? 'done' : 'down', inMs: 0, words: isRunning ? '' : `${daemon} does not run` }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      log('error', 'reload.failed', { daemon, words: error.message })
      return { daemon, state: 'failed', inMs: 0, words: error.message }
    }
  }

  return {
    /** Reloads now, or says when it will. */
    async request(daemon: Reloadable): Promise<ReloadAnswer> {
      const waiting = timers.get(daemon)
      const at = waiting?.at ?? (lastAt.get(daemon) ?? -Infinity) + (daemon === 'postfix' ? pauseMs : 0)
      if (!waiting && at <= now()) return perform(daemon)
      const inMs = Math.max(0, Math.ceil(at - now()))
      if (!waiting) {
        const timer = setTimeout(() => {
          timers.delete(daemon)
          perform(daemon).catch((error: unknown) => log('error', 'reload.failed', { daemon, words: String(error) }))
        }, inMs)
        timers.set(daemon, { timer, at })
      }
      return { daemon, state: 'pending', inMs, words: `${daemon} reloads in ${inMs} ms` }
    },
    /** Forgets what waits; the note in the store makes the next start reload. */
    stop(): void {
      for (const { timer } of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
export type Reloads = ReturnType<typeof createReloads>
