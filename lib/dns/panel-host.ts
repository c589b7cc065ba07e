import { isIP } from 'node:net'
import { parseRecordName } from '@/lib/dns/record'
import { isPrivateName } from '@/lib/settings/server-checks'

/**
 * The name that `mta-sts.` and `autoconfig.` of a domain lead to: the host of the panel's URL; where others cannot know that
 * one (an address, a name of no public zone) the fallback, which is reached from outside anyway. Null where there is none.
 */
export function panelHostOf(url: string, fallback: string | null): string | null {
  const host = URL.parse(url)?.hostname ?? ''
  const isPublic = isIP(host.replace(/^\[|\]$/g, '')) === 0 && host.includes('.') && !isPrivateName(host)
  return parseRecordName(isPublic ? host : (fallback ?? ''))
}
