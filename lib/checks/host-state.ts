import { result, type CheckResult, type NodeFacts } from '@/lib/checks/check'

const GIBIBYTE = 1024 ** 3
/** Below the first a busy mail server runs full in hours, below the second it refuses mail soon (queue_minfree). */
const LITTLE_GIBIBYTES = 5
const LEAST_GIBIBYTES = 1

/** What the node's agent says of disk and daemons; unknown where it never said anything. */
export function checkState({ status }: NodeFacts): CheckResult[] {
  if (!status) {
    return [result('host.disk', 'unknown', { values: { gibibytes: 0 } }), result('host.daemons', 'unknown')]
  }
  const gibibytes = Math.floor(status.diskFreeBytes / GIBIBYTE)
  const level = gibibytes < LEAST_GIBIBYTES ? 'broken' : gibibytes < LITTLE_GIBIBYTES ? 'attention' : 'ok'
  const down = status.daemons.filter(({ isRunning }) => !isRunning).map(({ name }) => name)
  // The figure of a disk with room changes all the time and tells nobody anything.
  const values = { gibibytes: level === 'ok' ? LITTLE_GIBIBYTES : gibibytes }
  return [
    result('host.disk', level, { values }),
    result('host.daemons', down.length > 0 ? 'broken' : 'ok', { found: down.sort() }),
  ]
}
