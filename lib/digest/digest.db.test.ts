import { beforeEach, describe, expect, test } from 'vitest'
import { listAlertTargets } from '@/lib/alerts/queries'
import { sendAlerts } from '@/lib/alerts/send-alerts'
import { addMailTarget, addWebhookTarget, sendDigestNow, updateAlertDigest } from '@/lib/alerts/service'
import { systemActor } from '@/lib/auth/actor'
import { Prisma } from '@/lib/db/generated/client'
import { testDb } from '@/lib/db/testing'
import type { OutgoingMessage } from '@/lib/deliverability/mail-client'
import { loadDigest } from '@/lib/digest/load-digest'
import { queueDigests } from '@/lib/digest/queue-digests'
import { importReport } from '@/lib/dmarc/service'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { createMailbox } from '@/lib/mailboxes/service'

const db = testDb()
const system = systemActor('test')
const MONDAY = new Date('2026-11-23T06:00:00Z')
const MINUTE = 60_000
const DAY_MS = 86_400_000
const later = (milliseconds: number) => new Date(MONDAY.getTime() + milliseconds)

const ours = 'ours.test' as DomainName

async function addNode(name: string): Promise<void> {
  const agent = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  const facts = { roles: ['smtp', 'imap'], hostName: `${name}.host.test`, publicAddresses: ['192.0.2.1'] }
  await db.node.create({ data: { name, ...facts, ...agent, services: { submission: '127.0.0.1:2587' } } })
}

let mail: OutgoingMessage[]
const send = (now: Date) =>
  sendAlerts({
    clock: () => now,
    submit: (_account, message) => {
      mail.push(message)
      return Promise.resolve('250 ok')
    },
    post: () => Promise.reject(new Error('there is no webhook')),
  })

beforeEach(() => void (mail = []))

async function addTarget(more: object = {}, createdAt = later(-DAY_MS)): Promise<string> {
  const input = { destination: 'owner@else.test', sender: '', language: 'en' as const, ...more }
  const { result } = await addMailTarget(system, input)
  await db.alertTarget.update({ where: { id: result.id }, data: { createdAt } })
  return result.id
}

interface Sent {
  domain: string
  /** Of its middle. */
  day: string
  ip: string
  count?: number
  isAligned?: boolean
}

let reports = 0
async function report({ domain, day, ip, count = 10, isAligned = false }: Sent): Promise<void> {
  const base = sampleReport()
  const begin = Date.parse(`${day}T00:00:00Z`) / 1000
  const verdict = isAligned ? 'pass' : 'fail'
  const record = sampleRecord({ sourceIp: ip, count, dkim: verdict, spf: verdict, headerFrom: domain })
  const metadata = { ...base.metadata, reportId: `r${(reports += 1)}`, begin, end: begin + 86_399 }
  const whole = {
    ...base,
    metadata,
    policy: { ...base.policy, domain },
    records: [{ ...record, dkimResults: [], spfResults: [] }],
  }
  const given = { name: 'r.xml', content: Buffer.from(reportXml(whole)) }
  expect(await importReport(system, given, () => later(0))).toMatchObject({ state: 'stored' })
}

async function tls(domain: string, day: string, failed: number): Promise<void> {
  const content = JSON.stringify({
    ...{ 'organization-name': 'R', 'report-id': `t${(reports += 1)}` },
    'date-range': { 'start-datetime': `${day}T00:00:00Z`, 'end-datetime': `${day}T23:59:59Z` },
    policies: [
      {
        policy: { 'policy-type': 'sts', 'policy-domain': domain },
        summary: { 'total-successful-session-count': 90, 'total-failure-session-count': failed },
      },
    ],
  })
  await importReport(system, { name: 't', content: Buffer.from(content) }, () => later(0))
}

const addDomain = (name: string) => db.domain.create({ data: { name, hostedName: { create: { name } } } })

describe('a digest', () => {
  beforeEach(async () => {
    await addNode('mx1')
    for (const name of ['a.test', 'b.test', 'c.test', 'd.test']) await addDomain(name)
  })

  test('tells of the last full week over all domains, ours that fail first', async () => {
    await report({ domain: 'a.test', day: '2026-11-16', ip: '192.0.2.1', count: 7 })
    await report({ domain: 'a.test', day: '2026-11-22', ip: '192.0.2.1', count: 93, isAligned: true })
    // Somebody who failed the week before as well, and somebody new.
    await report({ domain: 'b.test', day: '2026-11-15', ip: '198.51.100.1', count: 50 })
    await report({ domain: 'b.test', day: '2026-11-17', ip: '198.51.100.1', count: 50 })
    await report({ domain: 'c.test', day: '2026-11-17', ip: '198.51.100.2', count: 20 })
    // Neither of the week nor of the one before.
    await report({ domain: 'a.test', day: '2026-11-23', ip: '192.0.2.1', count: 1_000 })
    await report({ domain: 'd.test', day: '2026-11-01', ip: '192.0.2.1', count: 1_000 })
    await tls('a.test', '2026-11-18', 10)
    await tls('b.test', '2026-11-18', 0)
    for (const content of ['one', 'two']) {
      const given = { name: 'x', content: Buffer.from(content) }
      await importReport(system, given, () => later(-DAY_MS))
    }
    expect(await loadDigest(MONDAY)).toEqual({
      ...{ from: '2026-11-16', to: '2026-11-22' },
      week: { messages: 170, aligned: 93 },
      before: { messages: 50, aligned: 0 },
      domains: [
        {
          ...{ name: 'a.test', messages: 100, aligned: 93 },
          ...{ ours: [{ name: 'mx1', failed: 7 }], newSources: ['mx1'], newCount: 1 },
        },
        {
          ...{ name: 'c.test', messages: 20, aligned: 0, ours: [] },
          ...{ newSources: ['198.51.100.2'], newCount: 1 },
        },
      ],
      hasMore: false,
      tls: { failed: 10, sessions: 190, domains: [{ name: 'a.test', failed: 10, sessions: 100 }] },
      refused: { files: 2, reasons: [{ reason: 'not-a-report', files: 2 }] },
      silent: { count: 1, names: ['d.test'] },
    })
  })

  test('of nothing is all zeros', async () => {
    expect(await loadDigest(MONDAY)).toEqual({
      ...{ from: '2026-11-16', to: '2026-11-22', domains: [], hasMore: false },
      ...{ week: { messages: 0, aligned: 0 }, before: { messages: 0, aligned: 0 } },
      ...{ tls: { failed: 0, sessions: 0, domains: [] }, refused: { files: 0, reasons: [] } },
      silent: { count: 0, names: [] },
    })
  })
})

test('of two thousand domains lists twenty', async () => {
  await addNode('mx1')
  await db.domain.createMany({ data: Array.from({ length: 2_000 }, (_item, at) => ({ name: `d${at}.test` })) })
  const outcome = Prisma.sql`'none', false, false, 'none', ''`
  await db.$executeRaw`
    INSERT INTO dmarc_day (domain_id, day, reporter, trust, is_dkim_aligned, is_spf_aligned, disposition, override, message_count)
    SELECT id, '2026-11-16'::date - n, 'r', ${outcome}, 10 FROM domain, generate_series(-6, 7) n`
  await db.$executeRaw`
    INSERT INTO dmarc_source_month (domain_id, month, source_ip, identity, trust, is_dkim_aligned, is_spf_aligned, disposition,
      override, header_from, dkim, spf, sent)
    SELECT id, '2026-11-01', '192.0.2.1', 'x', ${outcome}, name, '{}', '',
           ARRAY(SELECT 10 * greatest(0, least(n, 22) - 8) FROM generate_series(1, 31) n) FROM domain`
  const digest = await loadDigest(MONDAY)
  expect([digest.domains.length, digest.hasMore]).toEqual([20, true])
  expect(digest.week).toEqual({ messages: 140_000, aligned: 0 })
  expect(digest.before).toEqual({ messages: 140_000, aligned: 0 })
  expect(JSON.stringify(digest).length).toBeLessThan(10_000)
})

describe('addresses', () => {
  beforeEach(async () => {
    await addNode('mx1')
    await createDomain(system, { name: ours, description: '' })
    const mailbox = { domain: ours, localPart: 'panel', name: '', password: 'long enough one', quotaMebibytes: null }
    await createMailbox(system, mailbox)
  })

  test('get it on Mondays from six o’clock UTC, once, in their language, however often and wherever it runs', async () => {
    await addTarget()
    await addTarget({ destination: 'chef@ailleurs.test', language: 'fr' })
    await queueDigests(later(-MINUTE))
    await send(later(-MINUTE))
    expect(mail).toEqual([])
    await Promise.all(Array.from({ length: 4 }, () => queueDigests(later(0))))
    await send(later(0))
    await queueDigests(later(5 * MINUTE))
    await queueDigests(later(2 * DAY_MS))
    await send(later(2 * DAY_MS))
    expect(mail.map(({ to, subject }) => [to, subject]).sort()).toEqual([
      ['chef@ailleurs.test', 'Posthouse : rapports du 16–22 novembre 2026'],
      ['owner@else.test', expect.stringMatching(/^Posthouse: reports of November 16\s–\s22, 2026$/)],
    ])
    expect(mail[0]).toMatchObject({ from: `panel@${ours}`, headers: { 'Auto-Submitted': 'auto-generated' } })
    expect(mail[0]?.text).toContain('/reports\r\n')
    await queueDigests(later(7 * DAY_MS))
    await send(later(7 * DAY_MS))
    expect(mail).toHaveLength(4)
  })

  test('do not get it when they switched it off, were added since, or are webhooks', async () => {
    const id = await addTarget()
    await addTarget({ destination: 'new@else.test' }, later(MINUTE))
    await addWebhookTarget(system, { destination: 'https://hook.test/', isPrivate: false, language: 'en' })
    await db.alertTarget.updateMany({ where: { kind: 'webhook' }, data: { createdAt: later(-DAY_MS) } })
    await updateAlertDigest(system, { id, wantsDigest: false })
    expect(await listAlertTargets(system)).toMatchObject([
      { destination: 'new@else.test', wantsDigest: true },
      { destination: 'owner@else.test', wantsDigest: false },
      { kind: 'webhook' },
    ])
    await queueDigests(later(2 * MINUTE))
    expect(await db.alert.count()).toBe(0)
    await queueDigests(later(7 * DAY_MS))
    await send(later(7 * DAY_MS))
    expect(mail.map(({ to }) => to)).toEqual(['new@else.test'])
  })

  test('whose Monday passed with every worker down wait for the next one', async () => {
    await addTarget()
    await queueDigests(later(4 * DAY_MS))
    expect(await db.alert.count()).toBe(0)
    await queueDigests(later(9 * DAY_MS))
    expect(await db.alert.count()).toBe(1)
  })

  test('get one now when somebody asks, beside alerts that wait', async () => {
    const id = await addTarget()
    const crossings = [{ check: 'mx.missing', subject: '', level: 'broken', since: MONDAY, values: {} }]
    const content = { scope: { kind: 'domain', name: 'a.test' }, crossings } as never
    await db.alert.create({ data: { targetId: id, content } })
    const soon = new Date(Date.now() + MINUTE)
    await sendDigestNow(system, { id }, MONDAY)
    await send(soon)
    expect(mail.map(({ subject }) => subject.slice(0, 21))).toEqual(['Posthouse: 1 check fa', 'Posthouse: reports of'])
    await send(soon)
    expect(mail).toHaveLength(2)
    const { result: hook } = await addWebhookTarget(system, {
      ...{ destination: 'https://hook.test/', isPrivate: false, language: 'en' },
    })
    await expect(sendDigestNow(system, { id: hook.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
