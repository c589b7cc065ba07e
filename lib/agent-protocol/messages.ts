import { z } from 'zod'
import { nodeName, RELOADABLE } from '@/lib/agent-protocol/maps'

/** The version this code speaks; the worker also speaks to agents of the version before. */
export const PROTOCOL = 1
/** Header that says the version where a request has no body to say it in (lower case, as Node gives it). */
export const PROTOCOL_HEADER = 'x-posthouse-protocol'

const name = z.string().max(320)
const value = z.string().max(100_000)
const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** The change of one (map, domain). `full`: `puts` is all there is, what is not named goes. `hash` is that of the result. */
export const mapChange = z.strictObject({
  map: name,
  domain: name,
  mode: z.enum(['delta', 'full']),
  puts: z.array(z.tuple([name, value])).max(1_000_000),
  deletes: z.array(name).max(1_000_000),
  hash,
})
export type MapChange = z.infer<typeof mapChange>

/** `POST /v1/deliver`. */
export const deliverRequest = z.strictObject({
  protocol: z.int(),
  epoch: z.int().min(0),
  release: z.string().regex(/^\d{1,18}$/),
  auditHead: z.string().max(64),
  changes: z.array(mapChange),
  /** Private keys by the id that `dkim/keys` names: PEM. */
  keys: z.record(z.string(), z.string().max(8_000)),
})
export type DeliverRequest = z.infer<typeof deliverRequest>

/** What became of one domain (empty name: what belongs to the node). `mismatch`: the node differs; send it in full. */
export const domainAnswer = z.strictObject({
  domain: name,
  state: z.enum(['applied', 'refused', 'mismatch']),
  words: z.string().max(4_000),
  maps: z.array(name),
})
export type DomainAnswer = z.infer<typeof domainAnswer>

/**
 * What became of a reload that this delivery needed or that an earlier one still waits for. `pending`: at most one in 5 s,
 * so it follows in `inMs`. `down`: the daemon does not run. What is not `done` is owed, and each delivery asks for it again.
 */
export const reloadAnswer = z.strictObject({
  daemon: z.enum(RELOADABLE),
  state: z.enum(['done', 'pending', 'down', 'failed']),
  inMs: z.number(),
  words: z.string(),
})
export type ReloadAnswer = z.infer<typeof reloadAnswer>

export const deliverAnswer = z.strictObject({
  protocol: z.int(),
  epoch: z.int(),
  release: z.string(),
  domains: z.array(domainAnswer),
  reloads: z.array(reloadAnswer),
  /** Milliseconds by stage: check, verify, apply, reload, probe. */
  stages: z.record(z.string(), z.number()),
})
export type DeliverAnswer = z.infer<typeof deliverAnswer>

export const daemonState = z.strictObject({ name: z.string(), isRunning: z.boolean(), words: z.string() })

/**
 * SHA-256 (hex) of the SubjectPublicKeyInfo of the certificate that Postfix serves on port 25 and of the key that is to
 * follow it; null where there is none that can be read.
 */
export const tlsKeys = z.strictObject({ served: hash.nullable(), next: hash.nullable() })
export type TlsKeys = z.infer<typeof tlsKeys>

/** `GET /v1/status`. */
export const statusAnswer = z.strictObject({
  protocol: z.int(),
  node: z.string(),
  roles: z.array(z.enum(['smtp', 'imap'])),
  hostName: z.string(),
  epoch: z.int(),
  release: z.string(),
  versions: z.record(z.string(), z.string()),
  daemons: z.array(daemonState),
  diskFreeBytes: z.number(),
  queueSize: z.int().nullable(),
  /** Messages on hold, and when the oldest came in (null: none). Agents before it say nothing. */
  held: z.strictObject({ count: z.int(), oldestAt: z.iso.datetime().nullable() }).optional(),
  /** Of smtp nodes alone. Agents before it say nothing. */
  tlsKeys: tlsKeys.optional(),
})
export type StatusAnswer = z.infer<typeof statusAnswer>

/** `GET /v1/hashes`: the hash of each (map, domain) that the node holds. */
export const hashesAnswer = z.strictObject({
  epoch: z.int(),
  release: z.string(),
  hashes: z.array(z.tuple([name, name, hash])),
})
export type HashesAnswer = z.infer<typeof hashesAnswer>

/**
 * Any refusal: the HTTP status says which kind, `words` what happened. 400 malformed, 401 token, 404 no such verb, 409
 * step back, 413 too long, 426 protocol, 500 fault of the node, 503 too many requests wait.
 */
export const errorAnswer = z.strictObject({
  error: z.enum(['malformed', 'token', 'verb', 'stepBack', 'tooLong', 'protocol', 'fault', 'busy']),
  words: z.string(),
})
export type ErrorAnswer = z.infer<typeof errorAnswer>

/** What an agent prints at its first start and `posthouse node add` takes: base64url of this as JSON. */
export const pairingCode = z.strictObject({
  name: nodeName,
  roles: z.array(z.enum(['smtp', 'imap'])).min(1),
  hostName: z.string(),
  url: z.url(),
  /** SHA-256 of the agent's certificate (DER), hex. */
  fingerprint: hash,
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Where the node's services answer for the worker and other nodes, `host:port` by service (smtp, submission, smtps, imap, imaps, pop3, pop3s, lmtp, sieve, doveadm). */
  services: z.record(z.string(), z.string()),
  publicAddresses: z.array(z.string()),
})
export type PairingCode = z.infer<typeof pairingCode>

export function encodePairingCode(code: PairingCode): string {
  return Buffer.from(JSON.stringify(code)).toString('base64url')
}

/** The code's content, or null where the text is not one. */
export function decodePairingCode(text: string): PairingCode | null {
  try {
    const parsed = pairingCode.safeParse(JSON.parse(Buffer.from(text.trim(), 'base64url').toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
