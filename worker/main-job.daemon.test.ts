import { once } from 'node:events'
import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStack, type TestStack } from '@/companion/testing'
import { sendAlerts } from '@/lib/alerts/send-alerts'
import { addMailTarget, removeAlertTarget, testAlertTarget } from '@/lib/alerts/service'
import { createAlias } from '@/lib/aliases/service'
import { systemActor } from '@/lib/auth/actor'
import { checkDomain, checkNode } from '@/lib/checks/check-scope'
import { listDomainFindings, listNodeFindings } from '@/lib/checks/queries'
import { systemCheckDeps } from '@/lib/checks/system-deps'
import { db } from '@/lib/db/client'
import { notifications } from '@/lib/db/listen'
import { emptyTables } from '@/lib/db/testing'
import { fetchMessage, submit } from '@/lib/deliverability/mail-client'
import { requireTest } from '@/lib/deliverability/queries'
import { requestTest } from '@/lib/deliverability/service'
import { listDkimKeys } from '@/lib/dkim/queries'
import { listDnsRecords, requireDnsPlan } from '@/lib/dns/queries'
import { confirmDnsPlan, requestDnsPlan } from '@/lib/dns/requests'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { env } from '@/lib/env'
import { closeQueue } from '@/lib/jobs/queue'
import { createMailbox, removeMailbox, updateMailbox } from '@/lib/mailboxes/service'
import { companionReport, connectCompanion } from '@/lib/nodes/companion'
import { NodeLoops } from '@/lib/nodes/node-loops'
import { deliveryOf, waitForRelease } from '@/lib/releases/wait'
import { updateServerSettings } from '@/lib/settings/service'
import { startJobs } from '@/worker/jobs'
import { startDnsLoop } from '@/worker/dns-loop'

/** The product's main job on real daemons, without a browser: the services, the worker's parts and the companion. */

const actor = systemActor('test')
const domain = 'mainjob.test' as DomainName
const password = 'correct horse battery'

let stack: TestStack
let loops: NodeLoops
let stopDns: () => Promise<void>
let services: Record<string, string>

beforeAll(async () => {
  await emptyTables(db())
  stack = await startStack({ agentFile: fileURLToPath(new URL('../agent/main.ts', import.meta.url)) })
  env().POSTHOUSE_RESOLVERS = stack.report.lab.resolver
  await db().admin.create({
    data: { email: stack.report.lab.probes[0]?.address ?? '', name: 'Owner', role: 'owner', passwordHash: '' },
  })
  await connectCompanion(actor, companionReport.parse(stack.report))
  const nodes = await db().node.findMany()
  services = Object.assign({}, ...nodes.map((node) => node.services)) as Record<string, string>
  loops = new NodeLoops()
  await loops.start()
  await startJobs()
  stopDns = startDnsLoop()
}, 120_000)

afterAll(async () => {
  await stopDns()
  await loops.stop()
  await closeQueue()
  await notifications().close()
  await stack.end()
}, 60_000)

async function live(release: string | null): Promise<void> {
  expect(await waitForRelease(release ?? '', 10_000)).toMatchObject({ state: 'live' })
}

async function until<T>(look: () => Promise<T>, isDone: (value: T) => boolean, seconds: number): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ;) {
    const value = await look()
    if (isDone(value) || Date.now() > end) return value
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** For a node that was down: a page does not wait for it, this does. */
async function untilLive(release: string | null): Promise<void> {
  const look = () => deliveryOf(release ?? '')
  expect(await until(look, (delivery) => delivery.state === 'live', 15)).toMatchObject({ state: 'live' })
}

const at = (service: string): { host: string; port: number } => {
  const [host = '', port] = (services[service] ?? '').split(':')
  return { host, port: Number(port) }
}

/** What port 25 answers to RCPT from a stranger. */
async function rcpt(address: string): Promise<string> {
  const socket = connect(at('smtp'))
  socket.setEncoding('latin1')
  const lines: string[] = []
  const say = ['EHLO client.probe.test', 'MAIL FROM:<stranger@probe.test>', `RCPT TO:<${address}>`, 'QUIT']
  await new Promise<void>((resolve, reject) => {
    let buffer = ''
    socket.on('data', (chunk: string) => {
      buffer += chunk
      const all = buffer.split('\r\n')
      buffer = all.pop() ?? ''
      for (const line of all)
        if (/^\d{3} /.test(line)) {
          lines.push(line)
          const next = say.shift()
          if (next !== undefined) socket.write(`${next}\r\n`)
        }
    })
    socket.on('end', resolve)
    socket.on('error', reject)
  })
  return lines[3] ?? ''
}

/** The first line of port 25. */
async function greeting(): Promise<string> {
  const socket = connect(at('smtp'))
  try {
    const [line] = (await once(socket, 'data')) as [Buffer]
    return line.toString('latin1').trim()
  } finally {
    socket.destroy()
  }
}

async function imapLogin(user: string): Promise<boolean> {
  const { host, port } = at('imaps')
  const client = new ImapFlow({
    host,
    port,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user, pass: password },
    logger: false,
  })
  try {
    await client.connect()
    await client.logout()
    return true
  } catch (error) {
    if ((error as { authenticationFailed?: boolean }).authenticationFailed) return false
    throw error
  }
}

const mailbox = (localPart: string) => ({ domain, localPart, name: '', password, quotaMebibytes: null })

test('a domain comes on line: key made, records published and seen, signing switched on', async () => {
  const { release } = await createDomain(actor, { name: domain, description: '' })
  await live(release)
  expect(await rcpt(`nobody@${domain}`)).toMatch(/^550 5\.1\.1/)
  expect(await rcpt(`PostMaster@${domain}`)).toMatch(/^250/)
  expect(await rcpt(`abuse@mx1.posthouse.test`)).toMatch(/^250/)
  const { result } = await requestDnsPlan(actor, { domain })
  const plan = () => requireDnsPlan(actor, domain, result.id)
  expect(await until(plan, ({ state }) => state === 'ready', 30)).toMatchObject({ state: 'ready' })
  await confirmDnsPlan(actor, { domain, plan: result.id })
  expect(await until(plan, ({ state }) => state === 'published', 30)).toMatchObject({ state: 'published' })
  const keys = await until(
    () => listDkimKeys(actor, domain),
    ([key]) => key?.state === 'active',
    90,
  )
  expect(keys.map((key) => key.state)).toEqual(['active'])
  const { records } = await until(
    () => listDnsRecords(actor, domain),
    (page) => page.records.every((record) => record.observation?.state === 'ok'),
    30,
  )
  expect(records.map((record) => [record.purpose, record.observation?.state])).toEqual(
    records.map((record) => [record.purpose, 'ok']),
  )
}, 150_000)

test('a new mailbox takes mail and logs in, a removed one does neither', async () => {
  await live((await createMailbox(actor, mailbox('anna'))).release)
  expect(await rcpt(`anna@${domain}`)).toMatch(/^250/)
  expect(await imapLogin(`anna@${domain}`)).toBe(true)
  await live((await createMailbox(actor, mailbox('gone'))).release)
  expect(await imapLogin(`gone@${domain}`)).toBe(true)
  await live((await removeMailbox(actor, { domain, localPart: 'gone', confirmation: `gone@${domain}` })).release)
  expect(await rcpt(`gone@${domain}`)).toMatch(/^550 5\.1\.1/)
  expect(await imapLogin(`gone@${domain}`)).toBe(false)
})

test('a protocol that is switched off is refused, the others go on', async () => {
  const row = await db().mailbox.findFirstOrThrow({ where: { address: { localPart: 'anna' } } })
  const input = {
    ...{ domain, localPart: 'anna', revision: row.revision, name: '', quotaMebibytes: 100, isImapEnabled: false },
    ...{ isPop3Enabled: true, isSubmissionEnabled: true, isSieveEnabled: true, isSendOnly: false, isDisabled: false },
    ...{ forwardTargets: [], forwardKeepsCopy: true },
  }
  await live((await updateMailbox(actor, input)).release)
  expect(await imapLogin(`anna@${domain}`)).toBe(false)
  await live((await updateMailbox(actor, { ...input, isImapEnabled: true, revision: row.revision + 1 })).release)
  expect(await imapLogin(`anna@${domain}`)).toBe(true)
})

test('an alias delivers', async () => {
  const alias = { domain, localPart: 'sales', targets: [`anna@${domain}`], note: '', allowsSending: true }
  await live((await createAlias(actor, alias)).release)
  const { host, port } = at('smtp')
  const transport = createTransport({ host, port, name: 'client.probe.test', tls: { rejectUnauthorized: false } })
  await transport.sendMail({ from: 'stranger@probe.test', to: `sales@${domain}`, subject: 'to the alias', text: 'x' })
  const imap = new ImapFlow({
    ...at('imaps'),
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user: `anna@${domain}`, pass: password },
    logger: false,
  })
  await imap.connect()
  await imap.mailboxOpen('INBOX')
  const found = await until(
    () => imap.search({ subject: 'to the alias' }),
    (list) => Array.isArray(list) && list.length > 0,
    15,
  )
  expect(found).toHaveLength(1)
  await imap.logout()
})

test.each(['inside', 'outside'] as const)(
  'a real message there and back proves the domain, grade %s',
  async (grade) => {
    const probe = await db().probe.findFirstOrThrow({ where: { grade } })
    const { result } = await requestTest(actor, { domain, probe: probe.name, localPart: '' })
    const done = await until(
      () => requireTest(actor, result.id),
      (row) => row.finishedAt !== null,
      60,
    )
    expect(done.result.steps.map((step) => [step.name, step.state, step.words])).toEqual(
      done.result.steps.map((step) => [step.name, 'ok', step.words]),
    )
    expect(done).toMatchObject({
      state: 'passed',
      grade,
      result: { verdict: expect.arrayContaining(['proven']) as unknown },
    })
    expect(done.result.outbound?.verified).toMatchObject({
      spf: { result: 'pass', isAligned: true },
      dkim: [{ result: 'pass', domain, isAligned: true }],
      dmarc: { result: 'pass' },
    })
    expect(done.result.outbound?.hops.at(-1)?.tls).toMatch(/^TLSv1\.[23]/)
    // The log-in of the test is gone with it.
    expect(await db().credential.count()).toBe(0)
    expect(await db().entry.count({ where: { map: 'imap/credentials' } })).toBe(0)
  },
  90_000,
)

test('an alert goes out through our own submission, signed, and arrives elsewhere', async () => {
  const probe = stack.report.lab.probes.find(({ grade }) => grade === 'outside')
  if (!probe) throw new Error('the lab has no probe outside')
  const { result, release } = await addMailTarget(actor, { destination: probe.address, sender: '', language: 'en' })
  await live(release)
  await testAlertTarget(actor, result)
  const now = new Date()
  await sendAlerts({ clock: () => now, submit, post: () => Promise.reject(new Error('there is no webhook')) })
  expect(await db().alertTarget.findFirst()).toMatchObject({ lastError: null, deliveredAt: now })
  const account = { ...probe, mustBeCertified: false }
  const message = await fetchMessage(account, `<alert.${result.id}.${now.getTime()}@${domain}>`, 20_000)
  const text = message?.toString('latin1') ?? ''
  expect(text).toMatch(/^Auto-Submitted: auto-generated\r$/m)
  expect(text).toMatch(/^From: anna@mainjob\.test\r$/m)
  expect(text).toMatch(/^DKIM-Signature: [^]*?d=mainjob\.test/m)
  await live((await removeAlertTarget(actor, result)).release)
  expect(await db().entry.count({ where: { map: 'imap/credentials' } })).toBe(0)
}, 60_000)

test('the checks of the domain and of its nodes run to their end over the real servers', async () => {
  const { id } = await db().domain.findUniqueOrThrow({ where: { name: domain } })
  await checkDomain(id, systemCheckDeps())
  for (const node of await db().node.findMany()) await checkNode(node.id, systemCheckDeps())
  const { findings } = await listDomainFindings(actor, domain)
  const ofNodes = [...(await listNodeFindings(actor)).values()].flat()
  const faults = [...findings, ...ofNodes].filter(({ values }) => 'fault' in values)
  expect(faults.map(({ check }) => check)).toEqual([])
  const levelOf = (check: string) => findings.find((finding) => finding.check === check)?.level
  expect(['mx.missing', 'spf.missing', 'dkim.record', 'dmarc.record'].map(levelOf)).toEqual(['ok', 'ok', 'ok', 'ok'])
  expect(ofNodes.find(({ check }) => check === 'smtp.open-relay')?.level).toBe('ok')
}, 90_000)

test('a domain is told live when Postfix has been reloaded, which it is once in five seconds', async () => {
  const names = ['second.test', 'third.test'] as DomainName[]
  // An smtpd that has looked a domain up keeps its answer.
  for (const name of names) expect(await rcpt(`postmaster@${name}`)).toMatch(/^554 5\.7\.1/)
  const releases = []
  for (const name of names) releases.push((await createDomain(actor, { name, description: '' })).release)
  for (const [index, name] of names.entries()) {
    expect(await waitForRelease(releases[index] ?? '', 10_000)).toMatchObject({ state: 'live' })
    expect(await rcpt(`postmaster@${name}`)).toMatch(/^250/)
  }
}, 60_000)

test('where Postfix cannot be reloaded its words are shown, and the domain is live when it can', async () => {
  const mainCf = join(stack.nodes.mx1.paths.postfix, 'main.cf')
  const good = readFileSync(mainCf)
  const put = (content: string | Buffer) => {
    writeFileSync(mainCf, content)
    // Postfix waits for a configuration file to be 2 s old before it trusts it.
    utimesSync(mainCf, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
  }
  put(`${good.toString()}\ninet_protocols = none of them\n`)
  const { release } = await createDomain(actor, { name: 'fourth.test' as DomainName, description: '' })
  const look = () => deliveryOf(release ?? '')
  const failed = await until(look, (delivery) => delivery.state === 'refused', 20)
  put(good)
  expect(failed.nodes.find((node) => node.name === 'mx1')?.words).toContain('inet_protocols')
  await untilLive(release)
  expect(await rcpt('postmaster@fourth.test')).toMatch(/^250/)
}, 60_000)

test('a node that is down: the change is stored, the page says who waits, nothing bounces, and it goes out when it is back', async () => {
  const imap = await db().node.findFirstOrThrow({ where: { roles: { has: 'imap' } } })
  const repair = async (agentUrl: string) => {
    await db().node.update({ where: { id: imap.id }, data: { agentUrl } })
    await db().$executeRaw`SELECT pg_notify('posthouse_work', 'node')`
  }
  await repair('https://127.0.0.1:9')
  const { release } = await createMailbox(actor, mailbox('late'))
  const delivery = await waitForRelease(release ?? '', 3_000)
  expect(delivery.state).toBe('waiting')
  expect(delivery.nodes.map((node) => [node.name, node.state])).toEqual([
    ['imap1', expect.stringMatching(/^(waiting|down)$/)],
    ['mx1', 'waiting'],
  ])
  // Postfix must not take mail for a user that Dovecot does not know.
  expect(await rcpt(`late@${domain}`)).toMatch(/^550/)
  const down = await until(
    () => db().node.findUniqueOrThrow({ where: { id: imap.id } }),
    (row) => row.lastError !== null,
    10,
  )
  expect(down.lastError).toContain('ECONNREFUSED')
  await repair(imap.agentUrl)
  await untilLive(release)
  expect(await rcpt(`late@${domain}`)).toMatch(/^250/)
  expect(await imapLogin(`late@${domain}`)).toBe(true)
})

test('the host name of the settings is the name that the server greets with', async () => {
  const input = { publicAddresses: ['127.0.0.1'], postmasterAddress: 'owner@probe.test' }
  const { release } = await updateServerSettings(actor, { hostName: 'mail.posthouse.test' as DomainName, ...input })
  expect(await waitForRelease(release ?? '', 10_000)).toMatchObject({ state: 'live' })
  expect(await greeting()).toBe('220 mail.posthouse.test ESMTP')
  expect(await rcpt('postmaster@mail.posthouse.test')).toMatch(/^250/)
}, 30_000)

test('a server that is not the paired one gets neither token nor change', async () => {
  const smtp = await db().node.findFirstOrThrow({ where: { roles: { has: 'smtp' } } })
  await db().node.update({ where: { id: smtp.id }, data: { agentFingerprint: 'ab'.repeat(32) } })
  await db().$executeRaw`SELECT pg_notify('posthouse_work', 'node')`
  const { release } = await createMailbox(actor, mailbox('pinned'))
  const wrong = await until(
    () => db().node.findUniqueOrThrow({ where: { id: smtp.id } }),
    (row) => row.lastError !== null,
    10,
  )
  expect(wrong.lastError).toContain('not the one that was paired')
  await db().node.update({ where: { id: smtp.id }, data: { agentFingerprint: smtp.agentFingerprint } })
  await db().$executeRaw`SELECT pg_notify('posthouse_work', 'node')`
  await untilLive(release)
})
