import { Alarm } from '@/lib/clock/alarm'
import { lookUpNames } from '@/lib/dmarc/sources/look-up-names'
import { systemDnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'

/** After a full pass there is more to ask about; else there is no hurry. */
const MORE_MILLISECONDS = 5_000
const IDLE_MILLISECONDS = 10 * 60_000

/**
 * Asks for the names of addresses in reports, beside everything else. The returned function stops it and waits for the
 * pass that runs.
 */
export function startReportLoop(): () => Promise<void> {
  const alarm = new Alarm()
  const end = new AbortController()
  const run = async () => {
    while (!end.signal.aborted) {
      let hasMore = false
      try {
        hasMore = await lookUpNames(await systemDnsDeps())
      } catch (error) {
        logger('dmarc').error({ err: error }, 'could not ask for the names of addresses; trying again')
      }
      await alarm.sleep(hasMore ? MORE_MILLISECONDS : IDLE_MILLISECONDS)
    }
  }
  const running = run()
  return async () => {
    end.abort()
    alarm.ring()
    await running
  }
}
