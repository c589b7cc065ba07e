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
import { findAuthority } from '@/lib/dns/authority'
import { systemDnsDeps } from '@/lib/dns/deps'
import { domainAuthority } from '@/lib/dns/domain-authority'
import { requireDnsDomain } from '@/lib/dns/load-domain'
import { isInside } from '@/lib/dns/record'
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

/** The real world for one run. A domain's own servers are those that its provider names, where it names any. */
async function makeWorld(now: Date, domain: string | null): Promise<CheckWorld> {
  const { dns } = await systemDnsDeps()
  const [trusted, provider] = await Promise.all([nodeAddresses(), domain === null ? null : providerOf(domain)])
  const config = provider?.config ?? null
  const named = [...dns.resolvers, ...(config?.authoritative ?? [])].map(({ address }) => address)
  return systemWorld({
    ...{ dns, now, trusted: [...trusted, ...named] },
    authority: (asked, name) =>
      domain !== null && isInside(name, domain) ? domainAuthority(asked, domain, config) : findAuthority(asked, name),
  })
}

async function providerOf(domain: string) {
  return (await requireDnsDomain(systemActor('worker'), domain)).provider
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
