import { lookUpSenders } from '@/lib/dmarc/look-up-senders'
import { lookUpNames } from '@/lib/dmarc/sources/look-up-names'
import { systemDnsDeps } from '@/lib/dns/deps'
import { repeat } from '@/worker/repeat'

const MORE_MILLISECONDS = 5_000
const IDLE_MILLISECONDS = 10 * 60_000

/**
 * Asks for the names of addresses in reports, and whether the domains in them exist, beside everything else: soon again while there are more, else without hurry.
 * The returned function stops it and waits for the pass that runs.
 */
export function startReportLoop(): () => Promise<void> {
  const pass = async (next: (milliseconds: number) => void) => {
    const deps = await systemDnsDeps()
    const [names, senders] = [await lookUpNames(deps), await lookUpSenders(deps)]
    if (names || senders) next(MORE_MILLISECONDS)
  }
  const trouble = 'could not ask about addresses and names in reports; trying again'
  return repeat(pass, { name: 'dmarc', trouble, milliseconds: IDLE_MILLISECONDS })
}
