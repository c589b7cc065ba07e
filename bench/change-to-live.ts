/**
 * From calling the service that creates a mailbox to the first accepted RCPT on port 25 and the first IMAP login, on the
 * real daemons, the worker in a process of its own.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ImapFlow } from 'imapflow'
import { measure } from '@/bench/report'
import { startStack } from '@/companion/testing'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'
import { companionReport, connectCompanion } from '@/lib/nodes/companion'
import { waitForRelease } from '@/lib/releases/wait'

const CHANGES = 50
const BOUND_MILLISECONDS = 500
const WARM_UPS = 5
const PASSWORD = 'correct horse battery'
const DOMAIN = 'bench.test' as DomainName
const actor = systemActor('bench')

const root = fileURLToPath(new URL('..', import.meta.url))

/** One SMTP dialogue up to RCPT; true where it is accepted. */
function isAccepted(at: { host: string; port: number }, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(at)
    const say = ['EHLO bench.probe.test', 'MAIL FROM:<bench@probe.test>', `RCPT TO:<${address}>`]
    socket.setEncoding('latin1')
    socket.on('error', reject)
    socket.on('data', (text: string) => {
      const line = text.split('\r\n').find((part) => /^\d{3} /.test(part))
      if (line === undefined) return
      const next = say.shift()
      if (next !== undefined) return void socket.write(`${next}\r\n`)
      socket.end('QUIT\r\n')
      resolve(line.startsWith('250'))
    })
  })
}

async function logIn(at: { host: string; port: number }, user: string): Promise<void> {
  const client = new ImapFlow({
    ...at,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user, pass: PASSWORD },
    logger: false,
  })
  await client.connect()
  client.close()
}

const stack = await startStack({ agentFile: fileURLToPath(new URL('../agent/main.ts', import.meta.url)) })
const worker = spawn(process.execPath, ['--import', 'tsx', '--conditions=react-server', 'worker/main.ts'], {
  cwd: root,
  env: { ...process.env, POSTHOUSE_RESOLVERS: stack.report.lab.resolver, POSTHOUSE_LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  await connectCompanion(actor, companionReport.parse(stack.report))
  await once(worker.stdout, 'data')
  const nodes = await db().node.findMany()
  const services = Object.assign({}, ...nodes.map((node) => node.services)) as Record<string, string>
  const at = (service: string) => {
    const [host = '', port] = (services[service] ?? '').split(':')
    return { host, port: Number(port) }
  }
  const { release } = await createDomain(actor, { name: DOMAIN, description: '' })
  await waitForRelease(release ?? '', 20_000)

  const accepted: number[] = []
  const loggedIn: number[] = []
  const stored: number[] = []
  let measuredFrom = new Date()
  for (let index = -WARM_UPS; index < CHANGES; index++) {
    if (index === 0) measuredFrom = new Date()
    const localPart = `user${index + WARM_UPS}`
    const address = `${localPart}@${DOMAIN}`
    const startedAt = performance.now()
    await createMailbox(actor, { domain: DOMAIN, localPart, name: '', password: PASSWORD, quotaMebibytes: null })
    const storedAt = performance.now()
    while (!(await isAccepted(at('smtp'), address)))
      if (performance.now() - startedAt > 30_000) throw new Error(`${address} is not accepted after 30 s`)
    const acceptedAt = performance.now()
    await logIn(at('imaps'), address)
    if (index < 0) continue
    stored.push(storedAt - startedAt)
    accepted.push(acceptedAt - startedAt)
    loggedIn.push(performance.now() - startedAt)
  }
  const deliveries = await db().nodeDelivery.findMany({
    where: { startedAt: { gte: measuredFrom } },
    select: { node: { select: { name: true } }, startedAt: true, finishedAt: true, stages: true },
  })
  const perNode = [...Map.groupBy(deliveries, (delivery) => delivery.node.name)].flatMap(([node, own]) => [
    {
      what: `a delivery to ${node}`,
      size: `${own.length} deliveries`,
      samples: own.map(({ startedAt, finishedAt }) => (finishedAt?.getTime() ?? 0) - startedAt.getTime()),
    },
    ...['check', 'verify', 'apply', 'reload', 'probe'].map((stage) => ({
      what: `  of it: ${stage}`,
      size: `${own.length} deliveries`,
      samples: own.map(({ stages }) => (stages as Record<string, number>)[stage] ?? 0),
    })),
  ])
  measure('change-to-live', [
    { what: 'stored in Postgres', size: `${CHANGES} changes`, samples: stored },
    { what: 'first accepted RCPT', size: `${CHANGES} changes`, samples: accepted, bound: BOUND_MILLISECONDS },
    { what: 'first IMAP login', size: `${CHANGES} changes`, samples: loggedIn, bound: BOUND_MILLISECONDS },
    ...perNode,
  ])
} finally {
  worker.kill('SIGTERM')
  await once(worker, 'exit')
  await stack.end()
  await db().$disconnect()
}
process.exit()
