import { systemClock } from '@/lib/clock/clock'
import { queueDigests } from '@/lib/digest/queue-digests'
import { repeat } from '@/worker/repeat'

const IDLE_MILLISECONDS = 5 * 60_000

/** Gives out the weekly digest when it is due. The returned function stops it and waits for the pass that runs. */
export function startDigestLoop(): () => Promise<void> {
  const trouble = 'could not make the weekly digest; trying again'
  return repeat(() => queueDigests(systemClock()), { name: 'digest', trouble, milliseconds: IDLE_MILLISECONDS })
}
