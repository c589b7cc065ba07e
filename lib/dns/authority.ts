import type { DnsAnswer, DnsServer, QueryType } from '@/lib/dns/answer'
import { isInside } from '@/lib/dns/record'
import { formatServer, resolve, type Dns } from '@/lib/dns/resolver'

/** One authoritative server, by its NS name: it has answered when one of its addresses has (many have an IPv6 address that we cannot reach). */
export interface NameServer {
  name: string
  addresses: readonly DnsServer[]
}

export interface Authority {
  zone: string
  servers: readonly NameServer[]
}

export type AuthorityResult = { status: 'found'; authority: Authority } | { status: 'temperror'; words: string }

const DNS_PORT = 53
const MAX_SERVERS = 16
const MAX_REFERRALS = 4

async function addressesOf(dns: Dns, name: string): Promise<DnsServer[]> {
  const answers = await Promise.all([resolve(dns, name, 'A'), resolve(dns, name, 'AAAA')])
  return answers.flatMap((answer) =>
    answer.status === 'answer' ? answer.records.map((record) => ({ address: record.value, port: DNS_PORT })) : [],
  )
}

async function nameServers(dns: Dns, names: readonly string[]): Promise<NameServer[]> {
  const unique = [...new Set(names.map((name) => name.replace(/\.$/, '')))].sort().slice(0, MAX_SERVERS)
  return Promise.all(unique.map(async (name) => ({ name, addresses: await addressesOf(dns, name) })))
}

function describe(answer: DnsAnswer): string {
  return answer.status === 'temperror' ? answer.words : answer.status
}

/**
 * Finds the zone that holds a domain and its authoritative servers, through the resolvers. Asked are the domain itself and
 * its zone, never a record's own name, whose absence a resolver would then keep (RFC 2308 §5).
 */
export async function findAuthority(dns: Dns, domain: string): Promise<AuthorityResult> {
  const start = await resolve(dns, domain, 'SOA')
  const soa = start.status === 'answer' || start.status === 'nodata' || start.status === 'nxdomain' ? start.soa : null
  if (!soa || !isInside(domain, soa.zone)) return { status: 'temperror', words: `SOA ${domain}: ${describe(start)}` }
  const answer = await resolve(dns, soa.zone, 'NS')
  if (answer.status !== 'answer') return { status: 'temperror', words: `NS ${soa.zone}: ${describe(answer)}` }
  const servers = await nameServers(
    dns,
    answer.records.map((record) => record.value),
  )
  return { status: 'found', authority: { zone: soa.zone, servers } }
}

/** An authority given by hand: where the servers of a provider answer at an address or port that NS records do not tell. */
export function fixedAuthority(zone: string, servers: readonly DnsServer[]): Authority {
  return { zone, servers: servers.map((server) => ({ name: formatServer(server), addresses: [server] })) }
}

async function askServer(dns: Dns, server: NameServer, name: string, type: QueryType): Promise<DnsAnswer> {
  let last: DnsAnswer = { status: 'temperror', reason: 'unreachable', words: 'the name has no address' }
  for (const address of server.addresses) {
    last = await dns.ask(address, name, type, 'authoritative')
    if (last.status !== 'temperror') return last
  }
  return last
}

export interface ServerAnswer {
  server: string
  answer: DnsAnswer
}

/**
 * Asks every authoritative server of the name; where they pass it on to a zone below (a delegated `_domainkey`, say), the
 * servers of that zone instead.
 */
export async function askAuthority(
  dns: Dns,
  authority: Authority,
  name: string,
  type: QueryType,
): Promise<ServerAnswer[]> {
  let { zone, servers } = authority
  for (let step = 0; ; step++) {
    const answers = await Promise.all(
      servers.map(async (server) => ({ server: server.name, answer: await askServer(dns, server, name, type) })),
    )
    const passedOn = answers.find(({ answer }) => answer.status === 'referral')?.answer
    if (passedOn?.status !== 'referral') return answers
    if (
      step === MAX_REFERRALS ||
      !isInside(name, passedOn.zone) ||
      !isInside(passedOn.zone, zone) ||
      passedOn.zone === zone
    ) {
      return answers.map(({ server, answer }) => ({
        server,
        answer: answer.status === 'referral' ? wrongReferral(answer.zone) : answer,
      }))
    }
    zone = passedOn.zone
    servers = await nameServers(dns, passedOn.serverNames)
  }
}

function wrongReferral(zone: string): DnsAnswer {
  return { status: 'temperror', reason: 'not-authoritative', words: `passed on to ${zone || 'the root'}` }
}
