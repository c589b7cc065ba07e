import 'server-only'
import { parseDnsPolicy, type DnsPolicy } from '@/lib/dns/policy'
import { syncDomainRecords } from '@/lib/dns/sync'
import type { MailChange } from '@/lib/releases/change-mail'

/** Stores where a domain's mail goes (`DnsPolicy.mx`), within a change that has locked it, and what follows for its records. */
export async function placeMx(change: MailChange, domain: string, mx: DnsPolicy['mx']): Promise<void> {
  const row = change.domain(domain)
  const before = parseDnsPolicy(row.dnsPolicy)
  change.audit({ before: before.mx, after: mx })
  await change.tx.domain.update({
    where: { id: row.id },
    data: { dnsPolicy: { ...before, mx }, revision: { increment: 1 } },
  })
  await syncDomainRecords(change.tx, row.id)
}
