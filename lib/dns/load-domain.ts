import 'server-only'
import { visibleDomains, type Actor } from '@/lib/auth/actor'
import { db, type Tx } from '@/lib/db/client'
import { parseDnsPolicy, type DnsPolicy } from '@/lib/dns/policy'
import { parseProviderConfig, type ProviderConfig } from '@/lib/dns/schema'
import { AppError } from '@/lib/errors/app-error'

/** A domain as checks and publishing need it. */
export interface DnsDomain {
  id: string
  name: string
  /** Its other names; what these need stands in zones of their own. */
  aliases: readonly string[]
  policy: DnsPolicy
  provider: StoredProvider | null
}

/** A provider as it is stored, its settings read. */
export interface StoredProvider {
  id: string
  name: string
  config: ProviderConfig
  credentialSealed: string
}

/** Reads the row of a provider. Throws where its settings were not written by us. */
export function parseProvider(row: {
  id: string
  name: string
  kind: string
  config: unknown
  credentialSealed: string
}): StoredProvider {
  const { id, name, credentialSealed } = row
  return { id, name, credentialSealed, config: parseProviderConfig(row.kind, row.config) }
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
      dnsPolicy: true,
      aliasesOf: { where: { deletedAt: null }, select: { name: true } },
      dnsProvider: { select: { id: true, name: true, kind: true, config: true, credentialSealed: true } },
    },
  })
  if (!row) throw new AppError('NOT_FOUND', 'domain.missing', { name })
  const provider = row.dnsProvider && parseProvider(row.dnsProvider)
  const aliases = row.aliasesOf.map((alias) => alias.name)
  return { id: row.id, name: row.name, aliases, policy: parseDnsPolicy(row.dnsPolicy), provider }
}

/** Keeps a domain's rows from being changed by anybody else until the transaction ends. False where the domain is gone. */
export async function lockDomain(tx: Tx, domainId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM domain WHERE id = ${domainId}::uuid AND deleted_at IS NULL FOR UPDATE`
  return rows.length > 0
}
