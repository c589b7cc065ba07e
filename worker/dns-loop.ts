import { lookAfterKeys } from '@/lib/dkim/look-after-keys'
import { checkWaitingDomains } from '@/lib/dns/check-waiting-domains'
import { systemDnsDeps } from '@/lib/dns/deps'
import { repeat } from '@/worker/repeat'

const EVERY = { name: 'dns', milliseconds: 3_000 }

/**
 * Every few seconds looks after signing keys, and beside that asks DNS about domains that wait for it: servers that do not
 * answer hold up no key. The returned function stops both and waits for what runs.
 */
export function startDnsLoop(): () => Promise<void> {
  const stops = [
    repeat(async () => lookAfterKeys(await systemDnsDeps()), {
      ...EVERY,
      trouble: 'could not look after keys; trying again',
    }),
    repeat(async () => checkWaitingDomains(await systemDnsDeps()), {
      ...EVERY,
      trouble: 'could not ask about domains that wait; trying again',
    }),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}
