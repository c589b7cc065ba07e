import { postWebhook } from '@/lib/alerts/post-webhook'
import { sendAlerts } from '@/lib/alerts/send-alerts'
import { CheckSweep } from '@/lib/checks/sweep'
import { systemCheckDeps } from '@/lib/checks/system-deps'
import { Alarm } from '@/lib/clock/alarm'
import { systemClock } from '@/lib/clock/clock'
import { submit } from '@/lib/deliverability/mail-client'
import { env } from '@/lib/env'
import { logger } from '@/lib/logger/logger'

const ALERTS_MILLISECONDS = 3_000

/** Checks what is due and sends what people are to be told, until the returned function is called; it waits for what runs. */
export function startCheckLoop(): () => Promise<void> {
  const sweep = new CheckSweep(systemCheckDeps(), env().POSTHOUSE_CHECKS_AT_ONCE)
  sweep.start()
  const stopAlerts = startAlerts()
  return async () => {
    await Promise.all([sweep.stop(), stopAlerts()])
  }
}

function startAlerts(): () => Promise<void> {
  const alarm = new Alarm()
  const end = new AbortController()
  const run = async () => {
    while (!end.signal.aborted) {
      try {
        await sendAlerts({ clock: systemClock, submit, post: postWebhook })
      } catch (error) {
        logger('alerts').error({ err: error }, 'could not send alerts; trying again')
      }
      await alarm.sleep(ALERTS_MILLISECONDS)
    }
  }
  const running = run()
  return async () => {
    end.abort()
    alarm.ring()
    await running
  }
}
