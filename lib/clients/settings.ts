import 'server-only'
import { z } from 'zod'
import { db } from '@/lib/db/client'
import { parseDnsPolicy, type DnsPolicy } from '@/lib/dns/policy'

export const CLIENT_SERVICES = ['imaps', 'imap', 'pop3s', 'pop3', 'submissions', 'submission', 'sieve'] as const
export type ClientService = (typeof CLIENT_SERVICES)[number]

/** One way for a mail program to reach a server. `starttls` begins in clear and changes before the password. */
export interface ClientEndpoint {
  service: ClientService
  host: string
  port: number
  security: 'tls' | 'starttls'
}

/** How mail programs of a domain are to be set up; the user name is always the whole address. */
export interface ClientSettings {
  /** The name that was asked for: the domain or one of its other names. */
  domain: string
  endpoints: ClientEndpoint[]
}

const SECURITY: Record<ClientService, ClientEndpoint['security']> = {
  imaps: 'tls',
  imap: 'starttls',
  pop3s: 'tls',
  pop3: 'starttls',
  submissions: 'tls',
  submission: 'starttls',
  sieve: 'starttls',
}

/** Names under which a node's pairing code lists a service. */
const LISTED_AS: Partial<Record<ClientService, string>> = { submissions: 'smtps' }

const services = z.record(z.string(), z.string())

/** The endpoints of one node for the services named, in the order in which programs should try them. */
export function endpointsOf(node: { hostName: string; services: unknown }, wanted: readonly ClientService[]) {
  const listed = services.parse(node.services)
  return wanted.flatMap((service): ClientEndpoint[] => {
    const place = listed[LISTED_AS[service] ?? service]
    const port = Number(place?.slice(place.lastIndexOf(':') + 1))
    return Number.isInteger(port) && port > 0
      ? [{ service, host: node.hostName, port, security: SECURITY[service] }]
      : []
  })
}

/**
 * The domain that a name we take mail for belongs to, with its policy; null where it is not ours or was removed. Public:
 * what is told of it stands in DNS.
 */
export async function findServed(name: string): Promise<{ domainId: string; name: string; policy: DnsPolicy } | null> {
  const row = await db().hostedName.findUnique({
    where: { name },
    select: {
      domain: { select: { id: true, dnsPolicy: true, deletedAt: true } },
      domainAlias: { select: { deletedAt: true, domain: { select: { id: true, dnsPolicy: true, deletedAt: true } } } },
    },
  })
  if (row?.domainAlias?.deletedAt) return null
  const domain = row?.domain ?? row?.domainAlias?.domain
  if (!domain || domain.deletedAt) return null
  return { domainId: domain.id, name, policy: parseDnsPolicy(domain.dnsPolicy) }
}

/** How to set a mail program up for a name of ours; null where it is not ours, is parked or has no server yet. */
export async function findClientSettings(name: string): Promise<ClientSettings | null> {
  const served = await findServed(name)
  if (!served || served.policy.isParked) return null
  const [domain, smtp] = await Promise.all([
    db().domain.findUniqueOrThrow({
      where: { id: served.domainId },
      select: { kind: true, homeNode: { select: { hostName: true, services: true } } },
    }),
    db().node.findFirst({
      where: { removedAt: null, roles: { has: 'smtp' } },
      orderBy: { createdAt: 'asc' },
      select: { hostName: true, services: true },
    }),
  ])
  if (domain.kind !== 'hosted' || !domain.homeNode || !smtp) return null
  const endpoints = [
    ...endpointsOf(domain.homeNode, ['imaps', 'imap', 'pop3s', 'pop3']),
    ...endpointsOf(smtp, ['submissions', 'submission']),
    ...endpointsOf(domain.homeNode, ['sieve']),
  ]
  return { domain: name, endpoints }
}
