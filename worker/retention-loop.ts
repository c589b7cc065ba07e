import { systemClock } from '@/lib/clock/clock'
import { sweepReports } from '@/lib/retention/sweep-reports'
import { repeat } from '@/worker/repeat'

const IDLE_MILLISECONDS = 10 * 60_000

/** Removes reports that are older than the settings say. The returned function stops it and waits for the pass that runs. */
export function startRetentionLoop(): () => Promise<void> {
  const trouble = 'could not remove old reports; trying again'
  return repeat(() => sweepReports(systemClock), { name: 'retention', trouble, milliseconds: IDLE_MILLISECONDS })
}
