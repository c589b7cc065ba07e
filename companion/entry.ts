import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { nodePaths } from '@/lib/agent-protocol/node-config'
import { agentDaemon } from './agent-daemon'
import { containerNode, containerOptions } from './container-node'
import { prepareLabDns, TSIG_ALGORITHM, TSIG_NAME, updateLabRecords } from './dns/lab-dns'
import { ensureFolder, writeRendered } from './files'
import { prepareNode } from './node'
import { seedProbe } from './probe/seed'
import { HOST_SPF, renderTsigKey, type LabDns, type LabRecord } from './render/dns'
import { requireListen } from './render/listen'
import { endLeftovers, Supervisor } from './supervisor'

/**
 * `entry --role smtp|imap|probe|dns --dir <folder> …`: one companion server as a container's main process. It writes
 * `node.json` from its options, brings the folder to it, and runs the daemons (and `--agent <file>`) until SIGTERM.
 */

const OPTIONS = [
  'role', 'dir', 'agent', 'name', 'host-name', 'listen', 'public-address', 'quota', 'bind', 'resolver',
  'domain', 'authority', 'tsig-secret', 'hosts',
] as const // prettier-ignore
type Values = Partial<Record<(typeof OPTIONS)[number], string>>

const report = (words: string) => process.stderr.write(`companion: ${words}\n`)

function required(values: Values, name: keyof Values): string {
  const value = values[name]
  if (value === undefined || value === '') throw new Error(`--${name} is missing`)
  return value
}

function supervisorOf(dir: string, specs: ConstructorParameters<typeof Supervisor>[0]): Supervisor {
  return new Supervisor(specs, { runFolder: join(dir, 'run'), logFolder: join(dir, 'log'), report })
}

/** The lab's DNS as its own container and the probe's know it. */
function labDns(values: Values): LabDns {
  const secret = required(values, 'tsig-secret')
  return {
    authority: required(values, 'authority'),
    resolver: required(values, 'resolver').replace(/:\d+$/, ''),
    port: 5354,
    nameServer: 'ns1.posthouse.test',
    tsig: { name: TSIG_NAME, algorithm: TSIG_ALGORITHM, secret },
  }
}

/** `name=address,…`: A, PTR and SPF records. */
function hostRecords(hosts: string): LabRecord[] {
  return hosts
    .split(',')
    .filter((item) => item !== '')
    .flatMap((item): LabRecord[] => {
      const [name = '', address = ''] = item.split('=')
      const reverse = `${address.split('.').toReversed().join('.')}.in-addr.arpa.`
      return [
        { name: `${name}.`, type: 'A', data: address },
        { name: reverse, type: 'PTR', data: `${name}.` },
        { name: `${name}.`, type: 'TXT', data: HOST_SPF },
      ]
    })
}

async function startDns(dir: string, values: Values): Promise<Supervisor> {
  const dns = labDns(values)
  const supervisor = supervisorOf(dir, prepareLabDns(dir, dns))
  await supervisor.start()
  await updateLabRecords(dir, dns, hostRecords(values.hosts ?? ''))
  return supervisor
}

async function startNode(dir: string, values: Values): Promise<Supervisor> {
  const config = containerNode(containerOptions.parse(values))
  writeFileSync(nodePaths(dir).config, `${JSON.stringify(config, null, 2)}\n`)
  const node = await prepareNode(dir)
  const agent =
    values.agent === undefined ? [] : [agentDaemon(values.agent, dir, node.paths, requireListen(config, 'agent'), dir)]
  const supervisor = supervisorOf(dir, [...node.daemons, ...agent])
  if (values.role === 'probe') {
    const dns = labDns(values)
    const account = await seedProbe(node, required(values, 'domain'))
    writeRendered(dir, [renderTsigKey(dns)])
    await updateLabRecords(dir, dns, account.records)
    report(`the probe's log-in is ${account.user}, its password stands in ${join(dir, 'password')}`)
  }
  await supervisor.start()
  if (existsSync(node.paths.pairingCode)) report(`the pairing code stands in ${node.paths.pairingCode}`)
  return supervisor
}

async function main(): Promise<void> {
  const options = Object.fromEntries(OPTIONS.map((name) => [name, { type: 'string' as const }]))
  const values: Values = parseArgs({ options }).values
  const dir = required(values, 'dir')
  ensureFolder(join(dir, 'run'), 0o755)
  await endLeftovers(join(dir, 'run'))
  // Dovecot does not start while any process has the number in there, and after a kill another daemon of a new
  // container soon has it.
  rmSync(join(dir, 'run', 'dovecot', 'master.pid'), { force: true })
  const stopping = new Promise<void>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve())
  })
  const supervisor = values.role === 'dns' ? await startDns(dir, values) : await startNode(dir, values)
  report('up')
  await stopping
  await supervisor.stop()
}

main()
  .then(() => process.exit(0))
  .catch((error: unknown) => {
    report(error instanceof Error ? error.message : String(error))
    process.exit(1)
  })
