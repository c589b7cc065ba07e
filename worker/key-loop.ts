import { advanceKeys } from '@/lib/dkim/advance'
import { systemDnsDeps } from '@/lib/dns/deps'
import { logger } from '@/lib/logger/logger'

const SWEEP_MILLISECONDS = 3_000

/** Takes keys further every few seconds, one pass at a time. The returned function stops it and waits for the pass that runs. */
export function startKeyLoop(): () => Promise<void> {
  let isStopped = false
  let wakeUp: () => void = () => undefined
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SWEEP_MILLISECONDS)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const run = async () => {
    while (!isStopped) {
      try {
        await advanceKeys(systemDnsDeps())
      } catch (error) {
        logger('keys').error({ err: error }, 'could not look after the keys; trying again')
      }
      if (!isStopped) await pause()
    }
  }
  const running = run()
  return async () => {
    isStopped = true
    wakeUp()
    await running
  }
}
