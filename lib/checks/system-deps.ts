import 'server-only'
import { isIP } from 'node:net'
import { blockLists, DEFAULT_BLOCK_LISTS } from '@/lib/checks/block-lists'
import type { CheckDeps } from '@/lib/checks/check-scope'
import { checkFamilies } from '@/lib/checks/registry'
import { readCheckSettings } from '@/lib/checks/settings'
import { systemWorld } from '@/lib/checks/system-world'
import type { CheckWorld } from '@/lib/checks/world'
import { systemActor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { findAuthority, type AuthorityResult } from '@/lib/dns/authority'
import { systemDnsDeps } from '@/lib/dns/deps'
import { domainAuthority } from '@/lib/dns/domain-authority'
import { requireDnsDomain, type DnsDomain } from '@/lib/dns/load-domain'
import type { Dns } from '@/lib/dns/resolver'
import { zoneNameOf } from '@/lib/dns/zone-name'
import { parseEndpoint } from '@/lib/nodes/endpoint'
import { dialTcp } from '@/lib/settings/dial'
import { postmasterAddress } from '@/lib/settings/postmaster'

/** What running checks needs, over the real world and with every family. */
export function systemCheckDeps(): CheckDeps {
  return {
    prepare: async (now, domain) => {
      const [{ dnsbls }, postmaster] = await Promise.all([readCheckSettings(db()), postmasterAddress(db())])
      const lists = blockLists(dnsbls ?? DEFAULT_BLOCK_LISTS)
      const outside = { dial: dialTcp, postmasterAddress: postmaster }
      return { world: await makeWorld(now, domain), families: checkFamilies({ lists, outside }) }
    },
    clock: systemClock,
  }
}

/** The real world for one run. The servers of a domain's names are those that its provider names, where it names any. */
async function makeWorld(now: Date, domain: string | null): Promise<CheckWorld> {
  const { dns } = await systemDnsDeps()
  const [trusted, known] = await Promise.all([
    nodeAddresses(),
    domain === null ? null : requireDnsDomain(systemActor('worker'), domain),
  ])
  const config = known?.provider?.config ?? null
  const named = [...dns.resolvers, ...(config?.authoritative ?? [])].map(({ address }) => address)
  return systemWorld({
    ...{ dns, now, trusted: [...trusted, ...named] },
    authority: (asked, name) => authorityOf(asked, name, known),
  })
}

async function authorityOf(dns: Dns, name: string, domain: DnsDomain | null): Promise<AuthorityResult> {
  if (!domain) return findAuthority(dns, name)
  const config = domain.provider?.config ?? null
  const own = zoneNameOf(name, [domain.name, ...domain.aliases])
  if (own === domain.name) return domainAuthority(dns, own, config)
  if (!domain.aliases.includes(own)) return findAuthority(dns, name)
  // Another name may be hosted elsewhere than the domain's own.
  const atProvider = await domainAuthority(dns, own, config)
  return atProvider.status === 'found' ? atProvider : findAuthority(dns, name)
}

/** Where our nodes are, also behind a private network. */
async function nodeAddresses(): Promise<string[]> {
  const nodes = await db().node.findMany({
    where: { removedAt: null },
    select: { publicAddresses: true, services: true },
  })
  return nodes.flatMap(({ publicAddresses, services }) => [
    ...publicAddresses,
    ...Object.values(services as Record<string, string>).flatMap((text) => {
      const host = parseEndpoint(text)?.host
      return host !== undefined && isIP(host) !== 0 ? [host] : []
    }),
  ])
}
