import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { ImapFlow } from 'imapflow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStack, type TestStack } from '@/companion/testing'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { notifications } from '@/lib/db/listen'
import { emptyTables } from '@/lib/db/testing'
import { retryFailedFiles } from '@/lib/dmarc/service'
import { mailOf, reportXml, sampleReport } from '@/lib/dmarc/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'
import { companionReport, connectCompanion } from '@/lib/nodes/companion'
import { NodeLoops } from '@/lib/nodes/node-loops'
import { waitForRelease } from '@/lib/releases/wait'
import { mailboxContext } from '@/lib/report-mailboxes/account'
import { listReportMailboxes } from '@/lib/report-mailboxes/queries'
import { DONE_FOLDER } from '@/lib/report-mailboxes/schema'
import {
  addOwnReportMailbox,
  addReportMailboxElsewhere,
  removeReportMailbox,
  tryReportMailbox,
} from '@/lib/report-mailboxes/service'
import { HELD_KEYWORD, OTHER_KEYWORD, StayingMail, takeMail } from '@/lib/report-mailboxes/take-mail'
import { sealForWorker } from '@/lib/secrets/seal'
import { startReportMailboxLoop } from '@/worker/report-mailbox-loop'

/** Report mailboxes on a real Dovecot: mail that comes in becomes reports, and nothing else happens to it. */

const actor = systemActor('test')
const domain = 'reported.test' as DomainName
const address = `dmarc@${domain}`
const password = 'correct horse battery'

let stack: TestStack
let loops: NodeLoops
let stopWatching: () => Promise<void>
let endpoint: { host: string; port: number }

beforeAll(async () => {
  await emptyTables(db())
  stack = await startStack({ agentFile: fileURLToPath(new URL('../agent/main.ts', import.meta.url)) })
  await connectCompanion(actor, companionReport.parse(stack.report))
  loops = new NodeLoops()
  await loops.start()
  const services = (await db().node.findFirstOrThrow({ where: { roles: { has: 'imap' } } })).services
  const [host = '', port] = ((services as Record<string, string>).imaps ?? '').split(':')
  endpoint = { host, port: Number(port) }
  const { release: first } = await createDomain(actor, { name: domain, description: '' })
  const user = { domain, localPart: 'dmarc', name: '', password, quotaMebibytes: null }
  const { release } = await createMailbox(actor, user)
  for (const number of [first, release])
    expect(await waitForRelease(number ?? '', 15_000)).toMatchObject({ state: 'live' })
  stopWatching = await startReportMailboxLoop()
}, 120_000)

afterAll(async () => {
  await stopWatching()
  await loops.stop()
  await notifications().close()
  await stack.end()
}, 60_000)

async function until<T>(look: () => Promise<T>, isDone: (value: T) => boolean, seconds: number): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ;) {
    const value = await look()
    if (isDone(value) || Date.now() > end) return value
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** A connection of the person whose mailbox it is. */
async function asPerson<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const client = new ImapFlow({
    ...{ ...endpoint, secure: true, tls: { rejectUnauthorized: false }, logger: false },
    auth: { user: address, pass: password },
  })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.logout()
  }
}

const yesterday = Math.floor(Date.now() / 86_400_000 - 1) * 86_400

function reportMail(reportId: string): Buffer {
  const base = sampleReport()
  const metadata = { ...base.metadata, reportId, begin: yesterday, end: yesterday + 86_399 }
  const xml = reportXml({ ...base, metadata, policy: { ...base.policy, domain } })
  return mailOf([{ type: 'application/gzip', data: gzipSync(xml) }])
}

const deliver = (...mails: Buffer[]) =>
  asPerson(async (client) => {
    for (const mail of mails) await client.append('INBOX', mail)
  })

interface Lying {
  flags: string[]
  subject: string
}

const lyingIn = (folder: string): Promise<Lying[]> =>
  asPerson(async (client) => {
    const lock = await client.getMailboxLock(folder)
    try {
      const found = await client.fetchAll('1:*', { flags: true, envelope: true })
      return found.map(({ flags, envelope }) => ({
        flags: [...(flags ?? [])].filter((flag) => flag !== '\\Recent').sort(),
        subject: envelope?.subject ?? '',
      }))
    } finally {
      lock.release()
    }
  })

const states = async () =>
  (await db().reportFile.findMany({ orderBy: { id: 'asc' } })).map(({ state, kind }) => `${state} ${kind}`)
const mailbox = async () => (await listReportMailboxes(actor)).at(-1)
const becomes = (state: string, seconds = 15) => until(mailbox, (row) => row?.state === state, seconds)

test('a wrong password and an untrusted certificate are told, and nothing of the mailbox is touched', async () => {
  const input = { kind: 'elsewhere' as const, ...endpoint, security: 'tls' as const, username: address, password }
  const folders = { folder: 'INBOX', doneFolder: DONE_FOLDER }
  const { result } = await addReportMailboxElsewhere(actor, { ...input, ...folders })
  expect(await becomes('failed')).toMatchObject({ problemCode: 'certificate', isOwn: false, name: address })
  await removeReportMailbox(actor, result)

  const nowhere = await addReportMailboxElsewhere(actor, { ...input, ...folders, host: '127.0.0.1', port: 9 })
  expect(await becomes('failed')).toMatchObject({ problemCode: 'refused' })
  await removeReportMailbox(actor, nowhere.result)

  // Nobody may know the right password before it is the wrong one.
  await stopWatching()
  const { result: own, release } = await addOwnReportMailbox(actor, { kind: 'own', address, ...folders })
  const row = await db().reportMailbox.findUniqueOrThrow({ where: { id: own.id } })
  const wrong = sealForWorker('wrong', mailboxContext(own.id))
  await db().reportMailbox.update({ where: row, data: { secretSealed: wrong, createdAt: new Date(0) } })
  expect(await waitForRelease(release ?? '', 15_000)).toMatchObject({ state: 'live' })
  stopWatching = await startReportMailboxLoop()
  expect(await becomes('failed')).toMatchObject({ problemCode: 'wrong-password', isOwn: true, name: address })
  await db().reportMailbox.update({ where: { id: own.id }, data: { secretSealed: row.secretSealed } })
  await tryReportMailbox(actor, own)
  expect(await becomes('connected')).toMatchObject({ problemCode: null, problem: null, mailCount: 0 })
}, 60_000)

test('the log-in that is made reads over IMAP and does nothing else', async () => {
  const credential = await db().credential.findFirstOrThrow()
  expect(credential).toMatchObject({ services: ['imap'], label: 'reports' })
  const row = await db().reportMailbox.findFirstOrThrow()
  expect(row.secretSealed).toMatch(/^w1\./)
})

test('mail that arrives is stored within seconds and moved, other mail stays unread and where it is', async () => {
  const letter = Buffer.from('From: bob@elsewhere.test\r\nSubject: lunch?\r\n\r\nAt noon?\r\n')
  await deliver(reportMail('one'), letter, reportMail('two'))
  const startedAt = Date.now()
  expect(await until(states, (all) => all.length === 2, 10)).toEqual(['stored aggregate', 'stored aggregate'])
  expect(Date.now() - startedAt).toBeLessThan(5_000)
  await until(
    () => lyingIn(DONE_FOLDER),
    (mails) => mails.length === 2,
    5,
  )
  expect(await until(mailbox, (row) => row?.mailCount === 2, 5)).toMatchObject({ heldCount: 0 })
  expect(await lyingIn('INBOX')).toEqual([{ subject: 'lunch?', flags: [OTHER_KEYWORD] }])
  expect(await db().reportFile.findFirst()).toMatchObject({
    ...{ actorName: address, name: 'Report Domain: example.org', trust: 'pending' },
  })
  // A worker that starts anew does not read it again.
  await stopWatching()
  stopWatching = await startReportMailboxLoop()
  await deliver(reportMail('three'))
  expect(await until(states, (all) => all.length === 3, 10)).toHaveLength(3)
  expect(await lyingIn('INBOX')).toEqual([{ subject: 'lunch?', flags: [OTHER_KEYWORD] }])
}, 60_000)

/** What a worker does at a look, with its own memory; `change` makes the connection one that fails. */
const takeOnce = (change: (client: ImapFlow) => void = () => undefined) =>
  asPerson(async (client) => {
    await client.mailboxOpen('INBOX')
    change(client)
    return takeMail({
      ...{ client, actor, doneFolder: DONE_FOLDER, staying: new StayingMail(), clock: () => new Date() },
      isEnding: () => false,
      onTaken: () => Promise.resolve(),
    })
  })

test('who is killed between storing and moving finds it stored the next time: nothing is lost or counted twice', async () => {
  await stopWatching()
  await deliver(reportMail('killed'))
  const killed = takeOnce((client) => {
    client.messageMove = () => Promise.reject(new Error('killed'))
  })
  await expect(killed).rejects.toThrow('killed')
  expect(await db().dmarcReport.count({ where: { reportId: 'killed' } })).toBe(1)
  expect(await lyingIn('INBOX')).toHaveLength(2)
  stopWatching = await startReportMailboxLoop()
  expect(
    await until(
      () => lyingIn('INBOX'),
      (mails) => mails.length === 1,
      10,
    ),
  ).toHaveLength(1)
  expect(await lyingIn(DONE_FOLDER)).toHaveLength(4)
  expect(await db().dmarcReport.count({ where: { reportId: 'killed' } })).toBe(1)
}, 60_000)

test('what cannot be stored stays where it is, and is moved once it could', async () => {
  await db().$executeRaw`ALTER TABLE dmarc_report ADD CONSTRAINT broken_for_a_test CHECK (report_id <> 'poison')`
  try {
    await deliver(reportMail('poison'), reportMail('after it'))
    await until(states, (all) => all.includes('failed aggregate'), 10)
    expect(await until(mailbox, (row) => row?.heldCount === 1, 10)).toMatchObject({ heldCount: 1, state: 'connected' })
    // The first may have been taken by itself.
    const other = () => db().dmarcReport.count({ where: { reportId: 'after it' } })
    expect(await until(other, (count) => count === 1, 10)).toBe(1)
    const left = await until(
      () => lyingIn('INBOX'),
      (mails) => mails.length === 2,
      10,
    )
    expect(left.map(({ flags }) => flags)).toEqual([[OTHER_KEYWORD], []])
  } finally {
    await db().$executeRaw`ALTER TABLE dmarc_report DROP CONSTRAINT broken_for_a_test`
  }
  await retryFailedFiles(() => new Date(Date.now() + 3_600_000))
  expect(await db().dmarcReport.count({ where: { reportId: 'poison' } })).toBe(1)
  expect(await takeOnce()).toBe(0)
  expect(await lyingIn('INBOX')).toHaveLength(1)
}, 60_000)

test('a mail that a person put aside as held is left to them', async () => {
  await asPerson((client) => client.append('INBOX', reportMail('held'), [HELD_KEYWORD]))
  expect(await takeOnce()).toBe(1)
  expect(await db().dmarcReport.count({ where: { reportId: 'held' } })).toBe(0)
})

test('a server that restarts is connected to again, and what came meanwhile is taken', async () => {
  const pid = stack.supervisors.imap1.pidOf('dovecot')
  process.kill(pid ?? 0, 'SIGTERM')
  const isBack = () =>
    deliver(reportMail('after the restart')).then(
      () => stack.supervisors.imap1.pidOf('dovecot') !== pid,
      () => false,
    )
  expect(await until(isBack, (is) => is, 20)).toBe(true)
  const look = () => db().dmarcReport.count({ where: { reportId: 'after the restart' } })
  expect(await until(look, (count) => count === 1, 20)).toBe(1)
  expect(await becomes('connected')).toMatchObject({ problemCode: null })
}, 60_000)

test('a folder that is not there is told', async () => {
  const input = { kind: 'own' as const, address, folder: 'Nowhere', doneFolder: DONE_FOLDER }
  const { result } = await addOwnReportMailbox(actor, input)
  expect(await becomes('failed', 30)).toMatchObject({ problemCode: 'folder-missing' })
  await removeReportMailbox(actor, result)
}, 60_000)

test('a mailbox that is no longer watched keeps its mail, and its log-in is gone', async () => {
  const { id } = await db().reportMailbox.findFirstOrThrow()
  await removeReportMailbox(actor, { id })
  expect(await db().credential.count()).toBe(0)
  await deliver(reportMail('too late'))
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(await db().dmarcReport.count({ where: { reportId: 'too late' } })).toBe(0)
}, 60_000)
