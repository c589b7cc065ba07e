import 'server-only'
import { statusAnswer } from '@/lib/agent-protocol/messages'
import type { Tx } from '@/lib/db/client'
import type { DkimKeyState } from '@/lib/db/generated/enums'
import { domainDelegation } from '@/lib/dkim/delegation'
import type { ClientService, ClientServices } from '@/lib/dns/client-records'
import type { HostWithRecords } from '@/lib/dns/host-records'
import { panelHostOf } from '@/lib/dns/panel-host'
import { parseDnsPolicy } from '@/lib/dns/policy'
import { isInside } from '@/lib/dns/record'
import { parseProviderConfig } from '@/lib/dns/schema'
import { signedHosts } from '@/lib/dns/signed-hosts'
import type { WantedInput } from '@/lib/dns/wanted-records'
import { zoneNameOf } from '@/lib/dns/zone-name'
import { env } from '@/lib/env'

const DEFAULT_TTL_SECONDS = 3600
/** States of keys whose record is (or stays) in DNS. */
const WITH_RECORD: DkimKeyState[] = ['generated', 'published', 'active', 'retiring', 'revoked']
/** Of a parked domain: mail signed with them may still be on its way. */
const SIGNED_WITH: DkimKeyState[] = ['active', 'retiring', 'revoked']

/** The services of a node (`Node.services`) by the names of their SRV records. */
const SERVICE_OF_NODE: Record<string, ClientService> = {
  ...{ imap: 'imap', imaps: 'imaps', pop3: 'pop3', pop3s: 'pop3s', sieve: 'sieve' },
  ...{ submission: 'submission', smtps: 'submissions' },
}

/** What the plan of a domain is made from. */
export interface PlanInput {
  input: WantedInput
  /** The other names of the domain. */
  aliases: string[]
  /** The administrator's own records. */
  own: { name: string; type: string; value: string }[]
  /** We publish them. */
  hasProvider: boolean
}

const nodeSelect = { hostName: true, publicAddresses: true, roles: true, services: true, status: true } as const
interface NodeRow {
  hostName: string
  publicAddresses: string[]
  roles: string[]
  services: unknown
  status: unknown
}

/** Where each service of a node answers, for mail programs. */
function servicesOf({ hostName, services }: NodeRow): ClientServices {
  const found: ClientServices = {}
  for (const [name, place] of Object.entries(services as Record<string, string>)) {
    const service = SERVICE_OF_NODE[name]
    const port = Number(place.slice(place.lastIndexOf(':') + 1))
    if (service && Number.isInteger(port)) found[service] = { host: hostName, port }
  }
  return found
}

/** The keys that a node serves and is going to; none where it has not said the first: the second alone would lock it out. */
function tlsaDigestsOf({ status }: NodeRow): string[] {
  const keys = statusAnswer.safeParse(status).data?.tlsKeys
  if (!keys?.served) return []
  return keys.next === null ? [keys.served] : [keys.served, keys.next]
}

/** The nodes whose host names stand in the zones of the domain's names: those below them that no other name of ours holds nearer. */
async function hostsInside(
  tx: Tx,
  domainId: string,
  names: readonly string[],
  nodes: readonly NodeRow[],
): Promise<HostWithRecords[]> {
  const below = nodes.filter(({ hostName }) => names.some((name) => isInside(hostName, name)))
  if (below.length === 0) return []
  const hosted = await tx.hostedName.findMany({
    where: { OR: names.map((name) => ({ name: { endsWith: `.${name}` } })) },
    select: { name: true },
  })
  const all = [...names, ...hosted.map(({ name }) => name)]
  const inside = below.filter(({ hostName }) => names.includes(zoneNameOf(hostName, all)))
  const signed = await signedHosts(
    tx,
    domainId,
    inside.map(({ hostName }) => hostName),
  )
  return inside.map((node) => ({
    ...{ hostName: node.hostName, publicAddresses: node.publicAddresses, isSender: node.roles.includes('smtp') },
    // Without signatures nobody believes a TLSA record (RFC 7672 §2.2).
    tlsaDigests: signed.has(node.hostName) ? tlsaDigestsOf(node) : [],
  }))
}

/** Loads all that the records of a domain are made from. Throws where there is no such domain. */
export async function loadPlanInput(tx: Tx, domainId: string): Promise<PlanInput> {
  const domain = await tx.domain.findUniqueOrThrow({
    where: { id: domainId },
    select: {
      ...{ name: true, kind: true, dnsPolicy: true, keyPublishing: true },
      dnsProvider: { select: { kind: true, config: true } },
      homeNode: { select: nodeSelect },
      dkimKeys: {
        where: { state: { in: WITH_RECORD } },
        select: { id: true, selector: true, publicKey: true, state: true, algorithm: true, flags: true, slot: true },
      },
      aliasesOf: { where: { deletedAt: null }, select: { name: true }, orderBy: { name: 'asc' } },
      dnsRecords: { where: { purpose: 'own' }, select: { name: true, type: true, value: true } },
    },
  })
  const nodes = await tx.node.findMany({
    where: { removedAt: null },
    select: nodeSelect,
    orderBy: { createdAt: 'asc' },
  })
  const hosts = nodes.filter(({ roles }) => roles.includes('smtp'))
  const config = domain.dnsProvider && parseProviderConfig(domain.dnsProvider.kind, domain.dnsProvider.config)
  const policy = parseDnsPolicy(domain.dnsPolicy)
  const aliases = domain.aliasesOf.map(({ name }) => name)
  const keys = domain.dkimKeys.filter(({ state }) => !policy.isParked || SIGNED_WITH.includes(state))
  const input: WantedInput = {
    domain: domain.name,
    kind: domain.kind,
    policy,
    hosts,
    hostsInside: await hostsInside(tx, domainId, [domain.name, ...aliases], nodes),
    keys: keys.map((key) => ({ ...key, isRevoked: key.state === 'revoked' })),
    delegation: await domainDelegation(tx, domain),
    panelHost: panelHostOf(env().POSTHOUSE_URL, hosts[0]?.hostName ?? null),
    services: { ...(hosts[0] && servicesOf(hosts[0])), ...(domain.homeNode && servicesOf(domain.homeNode)) },
    ttlSeconds: config?.ttlSeconds ?? DEFAULT_TTL_SECONDS,
  }
  return { input, aliases, own: domain.dnsRecords, hasProvider: config !== null }
}
