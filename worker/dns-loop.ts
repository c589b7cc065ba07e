import { Alarm } from '@/lib/clock/alarm'
import { lookAfterKeys } from '@/lib/dkim/look-after-keys'
import { checkNewDomains } from '@/lib/dns/check-new-domains'
import { systemDnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'

const SWEEP_MILLISECONDS = 3_000

/**
 * Every few seconds, one pass at a time: looks after signing keys and asks DNS about domains nobody asked about yet. The returned
 * function stops it and waits for the pass that runs.
 */
export function startDnsLoop(): () => Promise<void> {
  const alarm = new Alarm()
  const end = new AbortController()
  const run = async () => {
    while (!end.signal.aborted) {
      try {
        await lookAfterKeys(await systemDnsDeps())
        await checkNewDomains(await systemDnsDeps())
      } catch (error) {
        logger('dns').error({ err: error }, 'could not look after keys and records; trying again')
      }
      await alarm.sleep(SWEEP_MILLISECONDS)
    }
  }
  const running = run()
  return async () => {
    end.abort()
    alarm.ring()
    await running
  }
}
