/**
 * One record of an answer; `value` is canonical as in `record.ts`. `rdata` is the exact data as a zone file would hold it,
 * a TXT split as it was served; null where it is of a type or form that we do not write.
 */
export interface FoundRecord {
  name: string
  type: string
  ttlSeconds: number
  value: string
  rdata: string | null
}

/** An SOA, asked for or of a negative answer: the zone, and for how long caches may keep "not there" (RFC 2308 §5). */
export interface NegativeZone {
  zone: string
  negativeTtlSeconds: number
}

/**
 * What a server said. Closed: whoever reads it handles each. `temperror` means that nothing is known (time-out, refusal,
 * server failure, nonsense, not its zone), never that a record is missing. `alias`: only a CNAME stands there.
 * `referral`: the server passes the name on to the servers of a zone below; `glue` are addresses of these that it gave too.
 */
export type DnsAnswer =
  | { status: 'answer'; records: FoundRecord[]; soa: NegativeZone | null; isAuthentic: boolean }
  | { status: 'alias'; target: string; ttlSeconds: number }
  | { status: 'nodata' | 'nxdomain'; soa: NegativeZone | null; isAuthentic: boolean }
  | { status: 'referral'; zone: string; serverNames: string[]; glue: { name: string; address: string }[] }
  | { status: 'temperror'; reason: TemporaryReason; words: string }

export type TemporaryReason = 'timeout' | 'unreachable' | 'servfail' | 'refused' | 'malformed' | 'not-authoritative'

/** Types that we ask for. */
export type QueryType =
  'A' | 'AAAA' | 'CNAME' | 'MX' | 'TXT' | 'SRV' | 'CAA' | 'NS' | 'SOA' | 'PTR' | 'DS' | 'DNSKEY' | 'TLSA'

/** `unchecked` asks a resolver for what it would hold back as bogus (CD, RFC 4035 §3.2.2). */
export type AskMode = 'recursive' | 'unchecked' | 'authoritative'

export interface DnsServer {
  address: string
  port: number
}

/** Asks one server one question. Never rejects for what the network or the server does. */
export type Ask = (server: DnsServer, name: string, type: QueryType, mode: AskMode) => Promise<DnsAnswer>
