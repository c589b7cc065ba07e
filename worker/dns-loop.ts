import { Alarm } from '@/lib/clock/alarm'
import { lookAfterKeys } from '@/lib/dkim/look-after-keys'
import { checkWaitingDomains } from '@/lib/dns/check-waiting-domains'
import { systemDnsDeps, type DnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'

const SWEEP_MILLISECONDS = 3_000

/**
 * Every few seconds looks after signing keys, and beside that asks DNS about domains that wait for it: servers that do not
 * answer hold up no key. One pass of each at a time. The returned function stops both and waits for what runs.
 */
export function startDnsLoop(): () => Promise<void> {
  const stops = [
    repeat(lookAfterKeys, 'could not look after keys; trying again'),
    repeat(checkWaitingDomains, 'could not ask about domains that wait; trying again'),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

function repeat(pass: (deps: DnsDeps) => Promise<void>, trouble: string): () => Promise<void> {
  const alarm = new Alarm()
  const end = new AbortController()
  const run = async () => {
    while (!end.signal.aborted) {
      try {
        await pass(await systemDnsDeps())
      } catch (error) {
        logger('dns').error({ err: error }, trouble)
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
