import 'server-only'
import { visibleDomains, type Actor } from '@/lib/auth/actor'
import { db, type Tx } from '@/lib/db/client'
import { rfc2136Config, type Rfc2136Config } from '@/lib/dns/schema'
import { AppError } from '@/lib/errors/app-error'

/** A domain as checks and publishing need it. */
export interface DnsDomain {
  id: string
  name: string
  provider: { id: string; name: string; config: Rfc2136Config; credentialSealed: string } | null
}

/** What a provider's sealed secret is bound to. */
export function providerContext(providerId: string): string {
  return `DnsProvider/${providerId}/credential`
}

/** Loads a domain with its provider. NOT_FOUND where the actor may not see it. */
export async function requireDnsDomain(actor: Actor, name: string): Promise<DnsDomain> {
  const row = await db().domain.findFirst({
    where: { AND: [visibleDomains(actor), { name, deletedAt: null }] },
    select: {
      id: true,
      name: true,
      dnsProvider: { select: { id: true, name: true, config: true, credentialSealed: true } },
    },
  })
  if (!row) throw new AppError('NOT_FOUND', 'domain.missing', { name })
  const { dnsProvider } = row
  return {
    id: row.id,
    name: row.name,
    provider: dnsProvider && { ...dnsProvider, config: rfc2136Config.parse(dnsProvider.config) },
  }
}

/** Keeps a domain's rows from being changed by anybody else until the transaction ends. False where the domain is gone. */
export async function lockDomain(tx: Tx, domainId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM domain WHERE id = ${domainId}::uuid AND deleted_at IS NULL FOR UPDATE`
  return rows.length > 0
}
