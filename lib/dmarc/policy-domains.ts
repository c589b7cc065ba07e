import 'server-only'
import type { Actor } from '@/lib/auth/actor'
import { domainFinder } from '@/lib/dmarc/find-domain'
import { readReportFile } from '@/lib/dmarc/read-file'

/** Whether a file with a TLS report speaks of nothing but domains that the actor may see; it may speak of several. */
export async function seesAllPolicyDomains(actor: Actor, file: Buffer, now: Date): Promise<boolean> {
  const reading = await readReportFile(file, { now: now.getTime() })
  if (reading.kind !== 'tls' || reading.state !== 'valid') return false
  const domainOf = domainFinder(actor)
  for (const domain of new Set(reading.report.policies.map((policy) => policy.domain)))
    if (domain === null || (await domainOf(domain)) === null) return false
  return true
}
