import 'server-only'
import { findClientSettings, findServed } from '@/lib/clients/settings'
import { env } from '@/lib/env'
import { domainBehind } from '@/lib/http/public-route'

/**
 * Whether the proxy may ask for a certificate of this name: the panel's own, and the hosts that we serve documents under
 * for domains of ours. Anything else would let strangers spend our allowance at the authority.
 */
export async function isServedName(host: string): Promise<boolean> {
  if (host === new URL(env().POSTHOUSE_URL).hostname) return true
  const policyOf = domainBehind('mta-sts', host)
  if (policyOf) return ((await findServed(policyOf))?.policy.mtaSts.mode ?? 'off') !== 'off'
  const clientsOf = domainBehind('autoconfig', host) ?? domainBehind('autodiscover', host)
  if (!clientsOf) return false
  const served = await findServed(clientsOf)
  return served?.policy.clients === true && (await findClientSettings(clientsOf)) !== null
}
