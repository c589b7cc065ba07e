import { createHash } from 'node:crypto'
import type { NodeConfig } from '@/lib/agent-protocol/node-config'

/** Last octets of the loopback addresses of an installation. */
const OCTETS = { mx1: 10, imap1: 20, probe: 30, elsewhere: 40, resolver: 53, authority: 54 } as const
export type LabHost = keyof typeof OCTETS

export const PORTS = {
  smtp: 2525,
  submission: 2587,
  smtps: 2465,
  imap: 2143,
  imaps: 2993,
  pop3: 2110,
  pop3s: 2995,
  lmtp: 2424,
  quota: 2425,
  sieve: 4190,
  doveadm: 8980,
  srs: 2427,
  srsForward: 2428,
  srsReverse: 2429,
  agent: 2790,
} as const
export type Service = keyof typeof PORTS

/** Port for RFC 2136 updates of the lab's authoritative server. */
export const DNS_UPDATE_PORT = 5354

/** Address of a host in 127.0.0.0/8: derived from the state folder, so that two installations never meet. */
export function labAddress(stateFolder: string, host: LabHost): string {
  const [a = 0, b = 0] = createHash('sha256').update(stateFolder).digest()
  return `127.${1 + (a % 254)}.${b}.${OCTETS[host]}`
}

const SMTP: readonly Service[] = ['smtp', 'submission', 'smtps', 'srs', 'srsForward', 'srsReverse']
const IMAP: readonly Service[] = ['imap', 'imaps', 'pop3', 'pop3s', 'lmtp', 'quota', 'sieve', 'doveadm']

/** `node.json` of a node of the native companion. */
export function nativeNode(
  name: 'mx1' | 'imap1' | 'probe' | 'elsewhere',
  hostName: string,
  roles: NodeConfig['roles'],
  stateFolder: string,
): NodeConfig {
  const host = labAddress(stateFolder, name)
  const services: Service[] = ['agent']
  if (roles.includes('smtp')) services.push(...SMTP)
  if (roles.includes('imap')) services.push(...IMAP)
  return {
    name,
    roles,
    hostName,
    publicAddresses: [host],
    listen: Object.fromEntries(services.map((service) => [service, { host, port: PORTS[service] }])),
    // A loopback source address cannot leave the machine: the kernel refuses, whatever a record in the lab says.
    smtpBindAddress: host,
    smtpPort: PORTS.smtp,
    resolver: `${labAddress(stateFolder, 'resolver')}:53`,
    quotaPolicies: [],
    lmtpPeers: [],
    isLab: true,
  }
}
