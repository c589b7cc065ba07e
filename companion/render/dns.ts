import type { Templates } from '@/companion/templates'
import { fillTemplate } from './template'
import type { RenderedFile } from './rendered'

/** The lab's DNS: two addresses of loopback, the TSIG key, and the name of its server. */
export interface LabDns {
  authority: string
  resolver: string
  /** Port for updates, beside 53. */
  port: number
  nameServer: string
  tsig: { name: string; algorithm: string; secret: string }
}

/** One record that the lab owns: `name` is absolute with its dot. */
export interface LabRecord {
  name: string
  type: 'A' | 'MX' | 'TXT' | 'PTR'
  data: string
}

/** Who may send in a host's own name, as bounces and forwarded mail do: the host (RFC 7208 2.3, 5.3). */
export const HOST_SPF = '"v=spf1 a -all"'

/** Configuration of Knot and unbound as files below `dir`. */
export function renderDns(templates: Templates, dns: LabDns, dir: string): RenderedFile[] {
  const { name, algorithm, secret } = dns.tsig
  return [
    {
      path: 'etc/knot.conf',
      text: fillTemplate(templates['dns/knot.conf'], {
        dir,
        address: dns.authority,
        port: String(dns.port),
        tsigName: name,
      }),
      mode: 0o644,
    },
    {
      path: 'etc/tsig.conf',
      text: `key:\n  - id: ${name}\n    algorithm: ${algorithm}\n    secret: ${secret}\n`,
      mode: 0o640,
      group: 'knot',
    },
    renderTsigKey(dns),
    {
      path: 'etc/unbound.conf',
      text: fillTemplate(templates['dns/unbound.conf'], { dir, address: dns.resolver, authority: dns.authority }),
      mode: 0o644,
    },
  ]
}

/** The key for nsupdate, as a file below a folder. */
export function renderTsigKey({ tsig }: LabDns): RenderedFile {
  const text = `key "${tsig.name}" { algorithm ${tsig.algorithm}; secret "${tsig.secret}"; };\n`
  return { path: 'etc/tsig.key', text, mode: 0o600 }
}

/** What the zones hold at their first start, as files below `dir`; Knot keeps them from then on. */
export function renderZones(templates: Templates, dns: LabDns): RenderedFile[] {
  const values = { nameServer: dns.nameServer, address: dns.authority }
  const zone = (file: string, records: string[]): RenderedFile => ({
    path: `zones/${file}`,
    text: fillTemplate(templates['dns/lab.zone'], { ...values, records }),
    mode: 0o644,
  })
  return [
    { path: 'zones/root.zone', text: fillTemplate(templates['dns/root.zone'], values), mode: 0o644 },
    zone('test.zone', [`${dns.nameServer}. IN A ${dns.authority}`]),
    zone('127.in-addr.arpa.zone', []),
  ]
}

/** The commands for nsupdate that bring the lab's own names to `records` (RFC 2136 2.5: delete the set, add anew). */
export function renderLabUpdate(dns: LabDns, records: readonly LabRecord[]): string {
  const sets = new Set(records.map(({ name, type }) => `update delete ${name} ${type}`))
  const adds = records.map(({ name, type, data }) => `update add ${name} 5 ${type} ${data}`)
  const inZone = (lines: string[], isReverse: boolean) =>
    lines.filter((line) => line.includes('.in-addr.arpa. ') === isReverse)
  const lines = [...sets, ...adds]
  return [
    `server ${dns.authority} ${dns.port}`,
    'zone test.',
    ...inZone(lines, false),
    'send',
    'zone 127.in-addr.arpa.',
    ...inZone(lines, true),
    'send',
    '',
  ].join('\n')
}
