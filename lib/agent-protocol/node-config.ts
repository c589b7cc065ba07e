import { join } from 'node:path'
import { z } from 'zod'
import { nodeName } from '@/lib/agent-protocol/maps'

const host = z.string().min(1).max(253)
const listen = z.strictObject({ host, port: z.int().min(1).max(65535) })

/**
 * `node.json`: what one mail node is, written by whoever sets the node up (the native companion or a container's entry
 * point) and read by the entry point and the agent. Nothing in it comes from the panel.
 */
export const nodeConfig = z.strictObject({
  name: nodeName,
  roles: z.array(z.enum(['smtp', 'imap'])).min(1),
  /** Name the node greets with; the panel may set another by `node/settings`. */
  hostName: host,
  publicAddresses: z.array(z.string()),
  /** Where each service listens. smtp, submission, smtps (role smtp); imap, imaps, pop3, pop3s, lmtp, sieve, doveadm (role imap); agent (both). */
  listen: z.record(z.string(), listen),
  /** Address outgoing SMTP is sent from; empty: the system's choice. */
  smtpBindAddress: z.string(),
  /** Port of other mail servers: 25, or the lab's. */
  smtpPort: z.int(),
  /** Resolver for the daemons that take one, `address:port`; empty: the system's. */
  resolver: z.string(),
  /** Where mailbox nodes answer whether a mailbox has room, `host:port` (role smtp; Dovecot's quota-status). */
  quotaPolicies: z.array(z.string().regex(/^[0-9a-z.:[\]-]+:\d{1,5}$/)).default([]),
  /** SHA-256 fingerprints (`AA:BB:…`) of the certificates that mailbox nodes may show on LMTP (role smtp); none: any. */
  lmtpPeers: z.array(z.string().regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)).default([]),
  /** True in the lab: SPF and DMARC do not skip loopback clients. */
  isLab: z.boolean(),
})
export type NodeConfig = z.infer<typeof nodeConfig>

/** Where everything of a node lies below its folder. Same for native nodes and containers. */
export function nodePaths(dir: string) {
  const at = (...parts: string[]) => join(dir, ...parts)
  return {
    config: at('node.json'),
    postfix: at('etc', 'postfix'),
    dovecot: at('etc', 'dovecot'),
    opendkim: at('etc', 'opendkim'),
    opendmarc: at('etc', 'opendmarc'),
    tls: at('etc', 'tls'),
    /** What rewritten senders are signed with (role smtp). */
    srsSecret: at('etc', 'postsrsd', 'secret'),
    /** lmdb maps of Postfix: `domains`, `mailboxes`, `aliases`, `senders`, `access`, `homes` (each `<name>.lmdb`). */
    maps: at('maps'),
    keyTable: at('dkim', 'keytable'),
    signingTable: at('dkim', 'signingtable'),
    signingTableEd25519: at('dkim', 'signingtable-ed25519'),
    dkimKeys: at('dkim', 'keys'),
    /** SQLite for Dovecot: tables `users` and `credentials`. */
    users: at('users', 'users.sqlite'),
    agent: at('agent'),
    agentStore: at('agent', 'agent.sqlite'),
    pairingCode: at('agent', 'pairing-code'),
    run: at('run'),
    log: at('log'),
    mail: at('mail'),
  }
}
export type NodePaths = ReturnType<typeof nodePaths>
