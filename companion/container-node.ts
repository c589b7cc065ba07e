import { z } from 'zod'
import { nodeConfig, type NodeConfig } from '@/lib/agent-protocol/node-config'

const text = z.string().trim().default('')
const list = text.transform((value) => value.split(/[\s,]+/).filter((item) => item !== ''))

/** What a container of a mail node is told on its command line. */
export const containerOptions = z.object({
  role: z.enum(['smtp', 'imap', 'probe']),
  name: z.string().min(1),
  'host-name': z.string().min(1),
  /** Address that people's programs and other mail servers reach; 0.0.0.0 for all. */
  listen: z.ipv4(),
  'public-address': list,
  /** `host:port` of the mailbox nodes' quota service. */
  quota: list,
  /** In the lab: source address of outgoing mail, of loopback, and the lab's resolver. */
  bind: text,
  resolver: text,
})
export type ContainerOptions = z.infer<typeof containerOptions>

const SMTP = { smtp: 25, submission: 587, smtps: 465 }
const IMAP = { imap: 143, imaps: 993, pop3: 110, pop3s: 995, sieve: 4190 }
/** Mail that is forwarded outside; asked by this node's own Postfix alone. */
const SRS = { srs: 2427, srsForward: 2428, srsReverse: 2429 }
const STORE = { lmtp: 2424, quota: 2425, doveadm: 8980 }

/**
 * `node.json` of a node in a container on the host's network, where client addresses are real. What only other parts of
 * the installation ask for listens on the machine's loopback. Throws a ZodError for what cannot be a node.
 */
export function containerNode(options: ContainerOptions): NodeConfig {
  const { role, listen, bind } = options
  const at = (host: string, ports: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(ports).map(([service, port]) => [service, { host, port }]))
  const hasSmtp = role !== 'imap'
  const hasImap = role !== 'smtp'
  const inner = role === 'probe' ? listen : '127.0.0.1'
  return nodeConfig.parse({
    name: options.name,
    roles: [...(hasSmtp ? ['smtp'] : []), ...(hasImap ? ['imap'] : [])],
    hostName: options['host-name'],
    publicAddresses: options['public-address'],
    listen: {
      ...(hasSmtp && { ...at(listen, SMTP), ...at(inner, SRS) }),
      ...(hasImap && { ...at(listen, IMAP), ...at(inner, STORE) }),
      ...at(inner, { agent: hasImap ? 2791 : 2790 }),
    },
    smtpBindAddress: bind,
    smtpPort: 25,
    resolver: options.resolver,
    quotaPolicies: options.quota,
    lmtpPeers: [],
    isLab: bind !== '',
  })
}
