import 'server-only'
import type { Tx } from '@/lib/db/client'
import { parseFound } from '@/lib/dns/found'
import { tlsaName } from '@/lib/dns/host-records'

/**
 * Of host names in zones of a domain those whose zone is known to be signed: a validating resolver vouched for a record at
 * the name when last one could say so. A look that told nothing leaves it as it was.
 */
export async function signedHosts(tx: Tx, domainId: string, hostNames: readonly string[]): Promise<Set<string>> {
  const rows = await tx.dnsRecord.findMany({
    where: {
      ...{ domainId, name: { in: hostNames.flatMap((name) => [name, tlsaName(name)]) } },
      observation: { isNot: null },
    },
    select: { name: true, observation: { select: { found: true } } },
  })
  const signed = rows.filter(({ observation }) => observation && parseFound(observation.found).isAuthentic === true)
  return new Set(hostNames.filter((host) => signed.some(({ name }) => name === host || name === tlsaName(host))))
}
