import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postWebhook } from '@/lib/alerts/post-webhook'
import { listAlertTargets } from '@/lib/alerts/queries'
import { sendAlerts } from '@/lib/alerts/send-alerts'
import { addMailTarget, addWebhookTarget, removeAlertTarget, testAlertTarget } from '@/lib/alerts/service'
import { systemActor } from '@/lib/auth/actor'
import { result, type CheckLevel, type DomainFacts } from '@/lib/checks/check'
import { checkDomain } from '@/lib/checks/check-scope'
import { fakeDeps, fakeFamily } from '@/lib/checks/testing/fake-family'
import { testDb } from '@/lib/db/testing'
import type { MailAccount, OutgoingMessage } from '@/lib/deliverability/mail-client'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'

const db = testDb()
const actor = systemActor('test')
const MINUTE = 60_000

let now: Date
const clock = () => now
const pass = (minutes: number) => void (now = new Date(now.getTime() + minutes * MINUTE))

/** A webhook's receiver that answers as the test says. */
let server: Server
let received: { headers: IncomingHttpHeaders; body: string }[]
let answer: { status: number; location?: string }
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location })
      response.end('x'.repeat(100_000))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void server.close())

/** Mail that would have gone out. */
let mail: { account: MailAccount; message: OutgoingMessage }[]
let submitFails: string | null
const deps = {
  clock,
  submit: (account: MailAccount, message: OutgoingMessage) => {
    if (submitFails !== null) return Promise.reject(new Error(submitFails))
    mail.push({ account, message })
    return Promise.resolve('250 ok')
  },
  post: postWebhook,
}
const send = () => sendAlerts(deps)

beforeEach(() => {
  now = new Date()
  ;[received, mail, answer, submitFails] = [[], [], { status: 204 }, null]
})

/** Runs the checks of a domain, all of which say this. */
async function check(name: string, level: CheckLevel): Promise<void> {
  const row = await db.domain.upsert({ where: { name }, create: { name }, update: {} })
  const family = fakeFamily<DomainFacts>('mx', ['mx.missing'], () => [result('mx.missing', level)])
  await checkDomain(row.id, fakeDeps(clock, [family]))
}
/** A domain that was fine and now is not, twice. */
async function breakDomain(name: string): Promise<void> {
  for (const level of ['ok', 'broken', 'broken'] as const) await check(name, level)
}

async function addNode(name: string, submission: string): Promise<void> {
  const agent = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  const facts = { roles: ['smtp', 'imap'], hostName: `${name}.host.test`, publicAddresses: ['192.0.2.1'] }
  await db.node.create({ data: { name, ...facts, ...agent, services: { submission } } })
}
const webhook = (more: object = {}) =>
  addWebhookTarget(actor, { destination: url(), isPrivate: true, language: 'en', ...more })
const bodies = () => received.map(({ body }) => JSON.parse(body) as { event: string; changes: { name: string }[] })
const target = () => db.alertTarget.findFirstOrThrow()

describe('a webhook', () => {
  test('is told what changed, signed, as one message', async () => {
    const { result: added } = await webhook()
    await breakDomain('a.test')
    await breakDomain('b.test')
    await send()
    expect(received).toEqual([])
    pass(2)
    await send()
    expect(bodies()).toMatchObject([
      {
        event: 'findings.changed',
        more: 0,
        changes: [{ name: 'a.test', level: 'broken', isWrong: true }, { name: 'b.test' }],
      },
    ])
    const [, seconds, mac] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(received[0]?.headers['posthouse-signature'])) ?? []
    const expected = createHmac('sha256', added.secret).update(`${seconds}.${received[0]?.body}`).digest('hex')
    expect(mac).toBe(expected)
    expect((await target()).secretSealed).not.toContain(added.secret)
    await send()
    expect(received).toHaveLength(1)
    expect(await target()).toMatchObject({ lastError: null, deliveredAt: now })
  })

  test('is told at most every ten minutes, then all that came meanwhile', async () => {
    await webhook()
    await breakDomain('a.test')
    pass(2)
    await send()
    await breakDomain('b.test')
    pass(2)
    await send()
    expect(received).toHaveLength(1)
    await check('a.test', 'ok')
    await check('a.test', 'ok')
    pass(10)
    await send()
    expect(bodies()[1]?.changes).toMatchObject([
      { name: 'b.test', isWrong: true },
      { name: 'a.test', isWrong: false },
    ])
  })

  test('that does not take it is asked again, later and later, for a day', async () => {
    answer = { status: 500 }
    await webhook()
    await breakDomain('a.test')
    pass(2)
    await send()
    await send()
    expect(received).toHaveLength(1)
    expect(await target()).toMatchObject({ lastError: 'the webhook answered 500', deliveredAt: null })
    const waits: number[] = []
    for (let times = 0; times < 8; times++) {
      const { tryAfter } = await db.alert.findFirstOrThrow()
      waits.push((tryAfter.getTime() - now.getTime()) / MINUTE)
      now = tryAfter
      await send()
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    pass(24 * 60)
    await send()
    expect(await db.alert.count()).toBe(0)
  })

  test('leads nowhere else, and in no private network unless the owner says so', async () => {
    answer = { status: 302, location: 'http://127.0.0.1:1/' }
    await webhook()
    const { id } = await target()
    await testAlertTarget(actor, { id })
    pass(1)
    await send()
    expect(await target()).toMatchObject({ lastError: 'the webhook answered 302' })
    await db.alertTarget.update({ where: { id }, data: { isPrivate: false } })
    pass(5)
    await send()
    expect(await target()).toMatchObject({ lastError: 'the address is not https' })
    for (const destination of ['https://127.0.0.1/x', 'https://[::ffff:10.0.0.1]/', 'https://localhost/']) {
      await db.alertTarget.update({ where: { id }, data: { destination } })
      pass(60)
      await send()
      expect((await target()).lastError).toContain('is in a private network')
    }
    expect(received).toHaveLength(1)
  })

  test('can be tried, whenever that is wished', async () => {
    await webhook()
    await breakDomain('a.test')
    pass(2)
    await send()
    await testAlertTarget(actor, { id: (await target()).id })
    pass(1)
    await send()
    expect(bodies().map(({ event }) => event)).toEqual(['findings.changed', 'test'])
  })
})

describe('mail', () => {
  const domain = 'ours.test' as DomainName
  beforeEach(async () => {
    await addNode('mx1', '127.0.0.1:2587')
    await createDomain(actor, { name: domain, description: '' })
    const mailbox = { domain, localPart: 'panel', name: '', password: 'long enough one', quotaMebibytes: null }
    await createMailbox(actor, mailbox)
  })
  const add = (more: object = {}) =>
    addMailTarget(actor, { destination: 'owner@else.test', sender: '', language: 'en', ...more })

  test('goes out as one of our mailboxes, by a log-in that can submit and nothing else', async () => {
    const { result: added } = await add()
    const credential = await db.credential.findFirstOrThrow()
    expect(credential).toMatchObject({ login: `alerts-${added.id}@${domain}`, services: ['smtp'], expiresAt: null })
    const entry = await db.entry.findFirstOrThrow({ where: { map: 'imap/credentials' } })
    expect(JSON.parse(entry.value)).toMatchObject({ services: ['smtp'] })
    await breakDomain('a.test')
    await breakDomain('b.test')
    pass(2)
    await send()
    expect(mail).toMatchObject([
      {
        account: { user: credential.login, submissionHost: '127.0.0.1', submissionPort: 2587 },
        message: {
          ...{ from: `panel@${domain}`, to: 'owner@else.test', headers: { 'Auto-Submitted': 'auto-generated' } },
          ...{ subject: 'Posthouse: 2 checks fail' },
        },
      },
    ])
    const text = mail[0]?.message.text ?? ''
    expect(text).toContain('  a.test and b.test\r\n')
    expect(text).toContain('/checks\r\n')
    expect(mail[0]?.account.password).toMatch(/^\w{32}$/)
  })

  test('is in the language of whoever gets it', async () => {
    await add({ language: 'fr' })
    await breakDomain('a.test')
    pass(2)
    await send()
    expect(mail[0]?.message.subject).toBe('Posthouse : 1 contrôle échoue')
    expect(mail[0]?.message.text).toContain('Ces contrôles échouent maintenant :\r\n')
  })

  test('goes out by the second node where the first is down', async () => {
    await addNode('mx2', '[::1]:3587')
    await add()
    await testAlertTarget(actor, { id: (await target()).id })
    pass(1)
    const ports: number[] = []
    await sendAlerts({
      ...deps,
      submit: ({ submissionPort }) => {
        ports.push(submissionPort)
        return submissionPort === 2587 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve('250 ok')
      },
    })
    expect(ports).toEqual([2587, 3587])
    expect(await target()).toMatchObject({ lastError: null, deliveredAt: now })
  })

  test('that fails says why, and takes its log-in along when it is removed', async () => {
    const { result: added } = await add()
    submitFails = '535 5.7.8 authentication failed'
    await testAlertTarget(actor, added)
    pass(1)
    await send()
    expect(await listAlertTargets(actor)).toMatchObject([
      { lastError: '535 5.7.8 authentication failed', sender: `panel@${domain}`, waiting: 1 },
    ])
    await removeAlertTarget(actor, added)
    expect(await db.credential.count()).toBe(0)
    expect(await db.entry.count({ where: { map: 'imap/credentials' } })).toBe(0)
    expect(await db.alert.count()).toBe(0)
  })

  test('needs a mailbox that may send', async () => {
    await expect(add({ sender: `nobody@${domain}` })).rejects.toMatchObject({ messageKey: 'alert.noSender' })
    await db.mailbox.updateMany({ data: { disabledAt: now } })
    await expect(add()).rejects.toMatchObject({ messageKey: 'alert.noMailbox' })
    await expect(webhook()).resolves.toBeDefined()
    await expect(webhook()).rejects.toMatchObject({ messageKey: 'alert.exists' })
  })
})

test('ten thousand domains that break at once are one message that can be read', async () => {
  await webhook()
  const crossings = [{ check: 'mx.missing', subject: '', level: 'broken', since: now, values: {} }]
  const { id: targetId } = await target()
  await db.alert.createMany({
    data: Array.from({ length: 3_000 }, (_, index) => ({
      targetId,
      content: { scope: { kind: 'domain', name: `d${index}.test` }, crossings } as never,
    })),
  })
  pass(1)
  await send()
  expect(bodies()).toMatchObject([{ more: 2_500 }])
  expect(await db.alert.count({ where: { sentAt: null } })).toBe(0)
})
