import type { AuthorityResult } from '@/lib/dns/authority'
import type { DnsServer } from '@/lib/dns/answer'
import type { Dns } from '@/lib/dns/resolver'

/** A certificate as a server showed it; dates are UTC. */
export interface SeenCertificate {
  subjectNames: readonly string[]
  issuer: string
  notBefore: Date
  notAfter: Date
  /** DER of the leaf, for TLSA (RFC 6698 §2.1). */
  der: Buffer
  /** DER of its SubjectPublicKeyInfo. */
  spki: Buffer
  keyType: string
  keyBits: number
  signatureAlgorithm: string
  /** Why a client that knows the public authorities would not trust it for the name asked; null where it would. */
  distrust: string | null
}

/** How far a TLS handshake came. */
export type SeenTls =
  | { status: 'done'; protocol: string; cipher: string; certificate: SeenCertificate }
  | { status: 'failed'; words: string; isTimeout?: true }

/** The newest version that a handshake offers: to learn whether a server still takes old ones. */
export type NewestTls = 'TLSv1.1'

/** What is spoken before TLS: nothing (465, 993, 443), or ManageSieve up to its STARTTLS (RFC 5804). */
export type TlsBeginning = 'at-once' | 'sieve'

/** A conversation with an SMTP server: up to EHLO, STARTTLS where offered, then the replies to what was asked of it. */
export type SmtpDialogue =
  | {
      status: 'answered'
      banner: string
      /** Keywords of the EHLO reply before TLS, upper case, with their parameters. */
      extensions: readonly string[]
      /** Null where STARTTLS is not offered. */
      tls: SeenTls | null
      /** Reply line by command, as asked for; none where TLS was offered and failed. */
      replies: Readonly<Record<string, string>>
      /** From the start of the connection to the banner. */
      milliseconds: number
    }
  | { status: 'unreachable' | 'timeout' | 'nonsense'; words: string }

/** A document fetched by https without following redirects; `unreachable` covers names, routes, TLS and time. */
export type Fetched =
  | { status: 'answered'; code: number; contentType: string; location: string | null; text: string }
  | { status: 'unreachable'; words: string; isTls: boolean }

/** What checks ask the world with, for one run: the same question is asked once. Tests give a world of their own. */
export interface CheckWorld {
  now: Date
  /** Remembers every answer of the run. */
  dns: Dns
  /** The zone of a name and its servers, found once. */
  authority: (name: string) => Promise<AuthorityResult>
  /** `ask` names the commands after STARTTLS, such as `VRFY postmaster`; `serverName` is what its certificate must be for. */
  smtp: (server: DnsServer, serverName: string, ask?: readonly string[], newestTls?: NewestTls) => Promise<SmtpDialogue>
  /** TLS without a word of mail; `beginning` is `at-once` where it is not given. */
  tls: (server: DnsServer, serverName: string, beginning?: TlsBeginning) => Promise<SeenTls>
  /** Whether a TCP connection is taken; its words where not. */
  connect: (server: DnsServer) => Promise<{ isOpen: boolean; words: string; isTimeout?: true }>
  /** At most 64 KiB of text. */
  fetch: (url: string) => Promise<Fetched>
  /** Whether an address may be connected to: in production the public ones and those of our own nodes, so that no name that a customer types leads the worker into a private network. */
  isAllowed: (address: string) => boolean
}
