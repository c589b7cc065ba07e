import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeConfig } from '@/lib/agent-protocol/node-config'
import { nodePaths } from '@/lib/agent-protocol/node-config'
import { agentDaemon } from '@/companion/agent-daemon'
import { labTsigSecret, prepareLabDns, TSIG_ALGORITHM, TSIG_NAME, updateLabRecords } from '@/companion/dns/lab-dns'
import { ensureFolder } from '@/companion/files'
import { assertUsableFolder, prepareNode, type PreparedNode } from '@/companion/node'
import { seedProbe } from '@/companion/probe/seed'
import { HOST_SPF, type LabDns, type LabRecord } from '@/companion/render/dns'
import { requireListen } from '@/companion/render/listen'
import { endLeftovers, Supervisor } from '@/companion/supervisor'
import { ensureCertificate } from '@/companion/tls'
import { DNS_UPDATE_PORT, labAddress, nativeNode, PORTS } from './addresses'

export interface StackOptions {
  stateFolder: string
  /** The agent's entry; null runs the nodes without one. */
  agentFile: string | null
  /** Where the agent is started (tsx is found from there). */
  checkout: string
  report: (words: string) => void
}

/** A place outside that mail can be sent to and fetched from. */
export interface ProbeReport {
  name: string
  grade: 'inside' | 'outside'
  /** True where it plays the outside world and is not. */
  isStandIn: boolean
  address: string
  imapHost: string
  imapPort: number
  submissionHost: string
  submissionPort: number
  user: string
  password: string
}

/** What the line of a ready companion says. */
export interface StackReport {
  ready: true
  pairing: string[]
  lab: {
    dns: { server: string; port: number; zones: string[]; tsigName: string; tsigAlgorithm: string; tsigSecret: string }
    resolver: string
    probes: ProbeReport[]
  }
}

export interface Stack {
  report: StackReport
  nodes: Record<'mx1' | 'imap1' | 'probe' | 'elsewhere', PreparedNode>
  supervisors: Record<'dns' | 'mx1' | 'imap1' | 'probe' | 'elsewhere', Supervisor>
  stop: () => Promise<void>
}

const PROBES = [
  { name: 'probe', domain: 'probe.test', grade: 'inside', isStandIn: false },
  { name: 'elsewhere', domain: 'elsewhere.test', grade: 'outside', isStandIn: true },
] as const

const reverseName = (address: string): string => `${address.split('.').toReversed().join('.')}.in-addr.arpa.`

/** Starts every companion server of an installation and resolves when all of them answer. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { stateFolder } = options
  assertUsableFolder(join(stateFolder, 'nodes', 'imap1'))
  const folders = {
    dns: join(stateFolder, 'lab', 'dns'),
    probe: join(stateFolder, 'lab', 'probe'),
    elsewhere: join(stateFolder, 'lab', 'elsewhere'),
    mx1: join(stateFolder, 'nodes', 'mx1'),
    imap1: join(stateFolder, 'nodes', 'imap1'),
  }
  for (const folder of Object.values(folders)) ensureFolder(join(folder, 'run'), 0o755)
  await Promise.all(Object.values(folders).map((folder) => endLeftovers(join(folder, 'run'))))

  const dns: LabDns = {
    authority: labAddress(stateFolder, 'authority'),
    resolver: labAddress(stateFolder, 'resolver'),
    port: DNS_UPDATE_PORT,
    nameServer: 'ns1.posthouse.test',
    tsig: { name: TSIG_NAME, algorithm: TSIG_ALGORITHM, secret: labTsigSecret(folders.dns) },
  }
  const resolvConf = join(folders.dns, 'resolv.conf')
  writeFileSync(resolvConf, `nameserver ${dns.resolver}\n`)
  const home = (folder: string, name: string) => ({
    runFolder: join(folder, 'run'),
    logFolder: join(folder, 'log'),
    resolvConf,
    report: (words: string) => options.report(`${name}: ${words}`),
  })

  const running: Supervisor[] = []
  const begin = (supervisor: Supervisor): Promise<void> => {
    running.push(supervisor)
    return supervisor.start()
  }
  const stop = async () => {
    await Promise.all(running.map((supervisor) => supervisor.stop()))
  }
  try {
    const dnsSupervisor = new Supervisor(prepareLabDns(folders.dns, dns), home(folders.dns, 'dns'))
    const dnsUp = begin(dnsSupervisor)
    // A failure is awaited below, with the rest; until then it must not count as unhandled.
    dnsUp.catch(() => undefined)
    const nodes = await prepareNodes(folders, stateFolder)
    const supervise = (name: keyof typeof nodes, agentFile: string | null) => {
      const { config, paths, daemons } = nodes[name]
      const listen = requireListen(config, 'agent')
      const agent = agentFile === null ? [] : [agentDaemon(agentFile, folders[name], paths, listen, options.checkout)]
      return new Supervisor([...daemons, ...agent], home(folders[name], name))
    }
    const supervisors = {
      dns: dnsSupervisor,
      mx1: supervise('mx1', options.agentFile),
      imap1: supervise('imap1', options.agentFile),
      probe: supervise('probe', null),
      elsewhere: supervise('elsewhere', null),
    }
    const accounts = await Promise.all(PROBES.map(({ name, domain }) => seedProbe(nodes[name], domain)))
    const records = [...accounts.flatMap((account) => account.records), ...hostRecords(nodes)]
    await Promise.all([
      dnsUp.then(() => updateLabRecords(folders.dns, dns, records)),
      ...[supervisors.mx1, supervisors.imap1, supervisors.probe, supervisors.elsewhere].map(begin),
    ])
    const probes = PROBES.map(({ name, grade, isStandIn }, index): ProbeReport => {
      const account = accounts[index]
      if (!account) throw new Error(`no account for ${name}`)
      const host = nodes[name].config.smtpBindAddress
      return {
        name,
        grade,
        isStandIn,
        address: account.user,
        imapHost: host,
        imapPort: PORTS.imaps,
        submissionHost: host,
        submissionPort: PORTS.submission,
        user: account.user,
        password: account.password,
      }
    })
    const pairing = (['mx1', 'imap1'] as const).map((name) => nodes[name].paths.pairingCode)
    return {
      nodes,
      supervisors,
      stop,
      report: {
        ready: true,
        pairing: pairing.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8').trim()),
        lab: {
          dns: {
            server: dns.authority,
            port: dns.port,
            zones: ['test', '127.in-addr.arpa'],
            tsigName: TSIG_NAME,
            tsigAlgorithm: TSIG_ALGORITHM,
            tsigSecret: dns.tsig.secret,
          },
          resolver: `${dns.resolver}:53`,
          probes,
        },
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Writes each node's `node.json` and prepares its folder; mx1 learns of imap1's certificate and quota. */
async function prepareNodes(folders: Record<'mx1' | 'imap1' | 'probe' | 'elsewhere', string>, stateFolder: string) {
  const imap1 = nativeNode('imap1', 'imap1.posthouse.test', ['imap'], stateFolder)
  const quota = (config: NodeConfig) => `${requireListen(config, 'quota').host}:${requireListen(config, 'quota').port}`
  const peer = await ensureCertificate(nodePaths(folders.imap1).tls, imap1.hostName)
  const mx1 = nativeNode('mx1', 'mx1.posthouse.test', ['smtp'], stateFolder)
  const configs = {
    mx1: { ...mx1, quotaPolicies: [quota(imap1)], lmtpPeers: [peer] },
    imap1,
    probe: nativeNode('probe', 'mx.probe.test', ['smtp', 'imap'], stateFolder),
    elsewhere: nativeNode('elsewhere', 'mx.elsewhere.test', ['smtp', 'imap'], stateFolder),
  }
  const prepare = async (name: keyof typeof configs): Promise<PreparedNode> => {
    mkdirSync(folders[name], { recursive: true })
    writeFileSync(nodePaths(folders[name]).config, `${JSON.stringify(configs[name], null, 2)}\n`)
    return prepareNode(folders[name])
  }
  const [mx1Node, imap1Node, probe, elsewhere] = await Promise.all([
    prepare('mx1'),
    prepare('imap1'),
    prepare('probe'),
    prepare('elsewhere'),
  ])
  return { mx1: mx1Node, imap1: imap1Node, probe, elsewhere }
}

/** Forward, reverse and SPF records of every host; a probe's own A record comes with its account. */
function hostRecords(nodes: Record<'mx1' | 'imap1' | 'probe' | 'elsewhere', PreparedNode>): LabRecord[] {
  return Object.values(nodes).flatMap(({ config }) => {
    const [address = ''] = config.publicAddresses
    const reverse: LabRecord = { name: reverseName(address), type: 'PTR', data: `${config.hostName}.` }
    const spf: LabRecord = { name: `${config.hostName}.`, type: 'TXT', data: HOST_SPF }
    const isOurs = config.hostName.endsWith('.posthouse.test')
    return isOurs ? [{ name: `${config.hostName}.`, type: 'A', data: address }, reverse, spf] : [reverse, spf]
  })
}
