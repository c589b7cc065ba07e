import { createGate, type Gate } from '@/lib/checks/gate'
import { fetchText } from '@/lib/checks/fetch-text'
import { LineSocket, WireError } from '@/lib/checks/line-socket'
import { lookUpHost } from '@/lib/checks/look'
import { rememberDns } from '@/lib/checks/remember-dns'
import { askSmtp } from '@/lib/checks/smtp-dialogue'
import { lookAtTls } from '@/lib/checks/tls-look'
import type { CheckWorld } from '@/lib/checks/world'
import type { DnsServer } from '@/lib/dns/answer'
import { findAuthority, type AuthorityResult } from '@/lib/dns/authority'
import { resolve, type Dns } from '@/lib/dns/resolver'
import { isGlobalAddress, isSameAddress } from '@/lib/settings/addresses'

/** Longer than the 15 s after which a slow greeting counts as none, for the checks to tell slow from silent. */
const SMTP_TIMEOUT_MS = 20_000
const TLS_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000
const FETCH_TIMEOUT_MS = 10_000
const HTTPS_PORT = 443

/** How many sockets all runs of a process have open together, whatever is checked at once. */
const dnsGate = createGate(256)
const tcpGate = createGate(64)

export interface WorldOptions {
  dns: Dns
  now: Date
  /**
   * Addresses that may be connected to though they are not public: those of our nodes and of DNS servers that an
   * administrator named. Never one that a zone or a customer gives.
   */
  trusted: readonly string[]
  /** How the servers of a zone are found, where a provider names them; by NS records where it is not given. */
  authority?: (dns: Dns, name: string) => Promise<AuthorityResult>
  httpsPort?: number
}

/** Gives one promise for the same arguments, made by the first who asks. */
function once<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (...args) => {
    const key = JSON.stringify(args)
    const done = known.get(key) ?? work(...args)
    known.set(key, done)
    return done
  }
}

/** The zone's servers, also where resolvers hold its records back as bogus: what it says is needed to tell what is wrong. */
async function findEvenBogus(dns: Dns, name: string, find: typeof findAuthority): Promise<AuthorityResult> {
  const found = await find(dns, name)
  if (found.status === 'found') return found
  const answer = await resolve(dns, name, 'SOA')
  if (answer.status !== 'temperror' || answer.reason !== 'servfail') return found
  const unchecked: Dns = {
    resolvers: dns.resolvers,
    ask: (server, asked, type, mode) => dns.ask(server, asked, type, mode === 'recursive' ? 'unchecked' : mode),
  }
  return find(unchecked, name)
}

async function connectOnce(server: DnsServer): Promise<{ isOpen: boolean; words: string; isTimeout?: true }> {
  try {
    const socket = await LineSocket.open(server, CONNECT_TIMEOUT_MS)
    socket.close()
    return { isOpen: true, words: '' }
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return { isOpen: false, words: error.message, ...(error.reason === 'timeout' && { isTimeout: true }) }
  }
}

/** Passes a server on to `work` where it may be connected to. */
type Guard = <T>(server: DnsServer, work: () => Promise<T>, refused: (words: string) => T) => Promise<T>

function createGuard(gate: Gate, isAllowed: (address: string) => boolean): Guard {
  return (server, work, refused) =>
    isAllowed(server.address) ? gate(work) : Promise.resolve(refused(`${server.address} is not a public address`))
}

/**
 * The real world, for one run: DNS, SMTP, TLS and https, each question once, over at most so many sockets of the process.
 * It connects to public and trusted addresses alone.
 */
export function systemWorld({ dns, now, trusted, authority, httpsPort = HTTPS_PORT }: WorldOptions): CheckWorld {
  const isAllowed = (address: string) => isGlobalAddress(address) || trusted.some((one) => isSameAddress(one, address))
  const remembered = rememberDns(dns, dnsGate, isAllowed)
  const guard = createGuard(tcpGate, isAllowed)
  const world: CheckWorld = {
    ...{ now, isAllowed, dns: remembered },
    authority: once((name) => findEvenBogus(remembered, name, authority ?? findAuthority)),
    smtp: once((server, serverName, ask = [], newestTls) =>
      guard(
        server,
        () => askSmtp(server, { serverName, ask, newestTls }, SMTP_TIMEOUT_MS),
        (words) => ({ status: 'unreachable', words }),
      ),
    ),
    tls: once((server, serverName, beginning = 'at-once') =>
      guard(
        server,
        () => lookAtTls(server, serverName, beginning, TLS_TIMEOUT_MS),
        (words) => ({ status: 'failed', words }),
      ),
    ),
    connect: once((server) =>
      guard(
        server,
        () => connectOnce(server),
        (words) => ({ isOpen: false, words }),
      ),
    ),
    fetch: once((url) =>
      tcpGate(() => fetchText(url, { timeoutMs: FETCH_TIMEOUT_MS, port: httpsPort, addressesOf: allowedAddresses })),
    ),
  }
  const allowedAddresses = async (host: string): Promise<string[]> => {
    const { addresses, unknown } = await lookUpHost(world, host)
    const allowed = addresses.filter(isAllowed)
    if (allowed.length > 0) return allowed
    const [first] = addresses
    if (first !== undefined) throw new Error(`${first} is not a public address`)
    throw new Error(unknown[0] ?? `${host} has no address`)
  }
  return world
}
