import type { Level } from '@/components/ui/level'
import type { listNodes } from '@/lib/nodes/queries'

export type ListedNode = Awaited<ReturnType<typeof listNodes>>['nodes'][number]

/** How a node stands: broken where it does not answer, refuses something or a daemon is down; else whether it is at the newest release. */
export function nodeLevel({ lastError, refusals, status, isCurrent }: ListedNode): Level {
  const isDown = lastError !== null || (status?.daemons.some((daemon) => !daemon.isRunning) ?? false)
  if (isDown || refusals.length > 0) return 'broken'
  return isCurrent ? 'ok' : 'waiting'
}
