import { reloadedBy } from '@/lib/agent-protocol/maps'
import type { ReloadAnswer } from '@/lib/agent-protocol/messages'
import type { Hold } from '@/lib/nodes/plan-delivery'

/** A node says when it will reload; asked at that very moment it may not have done so yet. */
const SLACK_MS = 25

/** Milliseconds after which the reloads that a node has put off are done; null where none is. */
export function pendingMs(reloads: readonly ReloadAnswer[]): number | null {
  const pending = reloads.filter((reload) => reload.state === 'pending').map((reload) => reload.inMs)
  return pending.length === 0 ? null : Math.max(...pending) + SLACK_MS
}

/**
 * The lines that are on the node's disk while the daemon that reads them still runs with the old ones, as holds: they are
 * sent again, which changes nothing there and asks for the reload once more, until it is done. Pure.
 */
export function holdsForReloads(
  lines: readonly { map: string; domain: string; key: string; after: string | null }[],
  reloads: readonly ReloadAnswer[],
): Hold[] {
  const owed = new Map(reloads.filter((reload) => reload.state !== 'done').map((reload) => [reload.daemon, reload]))
  return lines.flatMap(({ map, domain, key, after }) => {
    const daemon = reloadedBy(map)
    const reload = daemon === null ? undefined : owed.get(daemon)
    if (!reload) return []
    const reason = reload.state === 'failed' ? 'reload-failed' : 'reload'
    return [{ map, domain, key, appliedValue: after, reason, words: reload.words }]
  })
}
