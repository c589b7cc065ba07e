import { Alarm } from '@/lib/clock/alarm'
import { logger } from '@/lib/logger/logger'

export interface Repeated {
  /** Of the logger, with the sentence that a pass which threw is logged with. */
  name: string
  trouble: string
  /** Between the end of a pass and the next. */
  milliseconds: number
}

/**
 * Runs `pass` again and again, one at a time; it may say that the next is to follow after another number of milliseconds.
 * A pass that throws is logged and the next comes at its time. The returned function stops it and waits for the pass that runs.
 */
export function repeat(
  pass: (next: (milliseconds: number) => void) => Promise<void>,
  { name, trouble, milliseconds }: Repeated,
): () => Promise<void> {
  const alarm = new Alarm()
  const end = new AbortController()
  const run = async () => {
    while (!end.signal.aborted) {
      let wait = milliseconds
      try {
        await pass((given) => (wait = given))
      } catch (error) {
        logger(name).error({ err: error }, trouble)
      }
      await alarm.sleep(wait)
    }
  }
  const running = run()
  return async () => {
    end.abort()
    alarm.ring()
    await running
  }
}
