import { systemClock } from '@/lib/clock/clock'
import { retryFailedFiles } from '@/lib/dmarc/service'
import { keyResolver } from '@/lib/dmarc/trust/key-resolver'
import { verifyPendingMail } from '@/lib/dmarc/trust/verify-pending'
import { systemDnsDeps } from '@/lib/dns/deps'
import { repeat } from '@/worker/repeat'

const MORE_MILLISECONDS = 0
const VERIFY_MILLISECONDS = 3_000
const RETRY_MILLISECONDS = 30_000

/**
 * Verifies mails with reports once they are stored, and tries again what could not be stored. The returned function stops
 * both and waits for what runs.
 */
export function startReportMailLoop(): () => Promise<void> {
  const verify = async (next: (milliseconds: number) => void) => {
    const resolver = keyResolver((await systemDnsDeps()).dns)
    if (await verifyPendingMail({ resolver, clock: systemClock })) next(MORE_MILLISECONDS)
  }
  const retry = async (next: (milliseconds: number) => void) => {
    if (await retryFailedFiles()) next(MORE_MILLISECONDS)
  }
  const stops = [
    repeat(verify, {
      ...{ name: 'dmarc', trouble: 'could not verify mails with reports; trying again' },
      milliseconds: VERIFY_MILLISECONDS,
    }),
    repeat(retry, {
      ...{ name: 'dmarc', trouble: 'could not read failed reports again; trying again' },
      milliseconds: RETRY_MILLISECONDS,
    }),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}
