import { postWebhook } from '@/lib/alerts/post-webhook'
import { sendAlerts } from '@/lib/alerts/send-alerts'
import { CheckSweep } from '@/lib/checks/sweep'
import { systemCheckDeps } from '@/lib/checks/system-deps'
import { systemClock } from '@/lib/clock/clock'
import { submit } from '@/lib/deliverability/mail-client'
import { env } from '@/lib/env'
import { repeat } from '@/worker/repeat'

/** Checks what is due and sends what people are to be told, until the returned function is called; it waits for what runs. */
export function startCheckLoop(): () => Promise<void> {
  const sweep = new CheckSweep(systemCheckDeps(), env().POSTHOUSE_CHECKS_AT_ONCE)
  sweep.start()
  const stopAlerts = repeat(() => sendAlerts({ clock: systemClock, submit, post: postWebhook }), {
    ...{ name: 'alerts', trouble: 'could not send alerts; trying again', milliseconds: 3_000 },
  })
  return async () => {
    await Promise.all([sweep.stop(), stopAlerts()])
  }
}
