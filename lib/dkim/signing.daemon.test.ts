import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { delivered, startStack, type TestStack } from '@/companion/testing'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { notifications } from '@/lib/db/listen'
import { emptyTables } from '@/lib/db/testing'
import { verifyMessage } from '@/lib/deliverability/verify-message'
import { lookAfterKeys } from '@/lib/dkim/look-after-keys'
import { listDkimKeys } from '@/lib/dkim/queries'
import { updateKeySettings } from '@/lib/dkim/service'
import { systemDnsDeps } from '@/lib/dns/deps'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { env } from '@/lib/env'
import { closeQueue } from '@/lib/jobs/queue'
import { createMailbox } from '@/lib/mailboxes/service'
import { companionReport, connectCompanion } from '@/lib/nodes/companion'
import { NodeLoops } from '@/lib/nodes/node-loops'
import { waitForRelease } from '@/lib/releases/wait'

/** Two domains on one node, each with both algorithms: what a receiver gets, and what the other tenant does not get. */

const actor = systemActor('test')
const [A, B] = ['signed-a.test', 'signed-b.test'] as DomainName[] as [DomainName, DomainName]
const password = 'correct horse battery'

let stack: TestStack
let loops: NodeLoops
let submission: { host: string; port: number }

beforeAll(async () => {
  await emptyTables(db())
  stack = await startStack({ agentFile: fileURLToPath(new URL('../../agent/main.ts', import.meta.url)) })
  env().POSTHOUSE_RESOLVERS = stack.report.lab.resolver
  await db().admin.create({
    data: { email: stack.report.lab.probes[0]?.address ?? '', name: 'Owner', role: 'owner', passwordHash: '' },
  })
  await connectCompanion(actor, companionReport.parse(stack.report))
  loops = new NodeLoops()
  await loops.start()
  const nodes = await db().node.findMany()
  const services = Object.assign({}, ...nodes.map((node) => node.services)) as Record<string, string>
  const [host = '', port] = (services.submission ?? '').split(':')
  submission = { host, port: Number(port) }
  for (const domain of [A, B]) {
    await createDomain(actor, { name: domain, description: '' })
    const settings = { keepsSpareKey: false, keyRotationDays: 180, isDelegated: false }
    await updateKeySettings(actor, { domain, signsEd25519: true, ...settings })
    const mailbox = { domain, localPart: 'anna', name: '', password, quotaMebibytes: null }
    const { release } = await createMailbox(actor, mailbox)
    expect(await waitForRelease(release ?? '', 15_000)).toMatchObject({ state: 'live' })
  }
  await untilSigning()
}, 180_000)

afterAll(async () => {
  await loops.stop()
  await closeQueue()
  await notifications().close()
  await stack.end()
}, 60_000)

/** Moves the keys on until all four sign and the node runs that release. */
async function untilSigning(): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    await lookAfterKeys(await systemDnsDeps())
    if ((await db().dkimKey.count({ where: { state: 'active' } })) === 4) {
      const { number } = await db().release.findFirstOrThrow({ orderBy: { number: 'desc' } })
      expect(await waitForRelease(number.toString(), 15_000)).toMatchObject({ state: 'live' })
      return
    }
    await sleep(500)
  }
  throw new Error(`keys: ${JSON.stringify([await listDkimKeys(actor, A), await listDkimKeys(actor, B)], null, 1)}`)
}

function transport(login: string) {
  const auth = { user: login, pass: password }
  return createTransport({ ...submission, auth, requireTLS: true, tls: { rejectUnauthorized: false } })
}

async function verified(subject: string) {
  const message = await delivered(stack, 'probe', subject)
  const from = { ip: '127.0.0.1', helo: 'mx1.posthouse.test', sender: `anna@${A}`, mta: 'probe.test' }
  return (await verifyMessage(Buffer.from(message.replaceAll('\n', '\r\n')), from)).dkim
}

test('a message bears a signature of each algorithm, and its receiver verifies both', async () => {
  const subject = 'signed twice'
  await transport(`anna@${A}`).sendMail({ from: `anna@${A}`, to: 'postmaster@probe.test', subject, text: 'x' })
  const keys = await listDkimKeys(actor, A)
  const signatures = await verified(subject)
  const sorted = signatures.toSorted((one, other) => (one.algorithm < other.algorithm ? -1 : 1))
  expect(sorted.map(({ result, domain, algorithm, selector }) => [result, domain, algorithm, selector])).toEqual(
    ['ed25519-sha256', 'rsa-sha256'].map((algorithm) => [
      'pass',
      A,
      algorithm,
      keys.find((key) => key.algorithm === algorithm)?.selector,
    ]),
  )
})

test.each([
  ['in From', `anna@${A}`, { from: `anna@${B}` }],
  ['in From beside the own', `anna@${A}`, { from: [`anna@${A}`, `anna@${B}`] }],
  ['in Sender', `anna@${A}`, { from: `anna@${A}`, sender: `anna@${B}` }],
  ['in the envelope', `anna@${B}`, { from: `anna@${B}` }],
])('a tenant who names another %s gets a signature of neither signer', async (where, envelope, fields) => {
  const subject = `not mine ${where}`
  const to = 'postmaster@probe.test'
  const sent = transport(`anna@${A}`).sendMail({ ...fields, to, subject, text: 'x', envelope: { from: envelope, to } })
  await expect(sent).rejects.toThrow(/5\d\d 5\.7\.1/)
})

test('what one tenant sends is never signed for the other', async () => {
  const subject = 'mine alone'
  await transport(`anna@${B}`).sendMail({ from: `anna@${B}`, to: 'postmaster@probe.test', subject, text: 'x' })
  expect((await verified(subject)).map(({ domain, result }) => `${domain} ${result}`)).toEqual([
    `${B} pass`,
    `${B} pass`,
  ])
})
