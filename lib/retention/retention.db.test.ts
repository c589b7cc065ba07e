import { Client } from 'pg'
import { beforeEach, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { requireReport } from '@/lib/dmarc/queries'
import { importReport } from '@/lib/dmarc/service'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import { env } from '@/lib/env'
import { getRetention } from '@/lib/retention/queries'
import { DEFAULT_RETENTION, type Retention } from '@/lib/retention/schema'
import { updateRetention } from '@/lib/retention/service'
import { sweepReports } from '@/lib/retention/sweep-reports'

const db = testDb()
const system = systemActor('test')
const DAY_MS = 86_400_000
const MINUTE = 60_000

let now: Date
const clock = () => now
const at = (time: string) => void (now = new Date(time))
const pass = (milliseconds: number) => void (now = new Date(now.getTime() + milliseconds))

beforeEach(() => at('2026-01-10T12:00:00Z'))

const day = () => now.toISOString().slice(0, 10)
const give = (content: string, name = 'report') => importReport(system, { name, content: Buffer.from(content) }, clock)

function aggregate(): string {
  const report = sampleReport()
  const begin = Date.parse(`${day()}T00:00:00Z`) / 1000 - 86_400
  const metadata = { ...report.metadata, reportId: day(), begin, end: begin + 86_399 }
  const policy = { ...report.policy, domain: 'a.test' }
  return reportXml({ ...report, metadata, policy, records: [sampleRecord({ count: 3 }), sampleRecord({ count: 4 })] })
}

function tls(): string {
  const yesterday = new Date(now.getTime() - DAY_MS).toISOString().slice(0, 10)
  const summary = { 'total-successful-session-count': 9, 'total-failure-session-count': 1 }
  return JSON.stringify({
    ...{ 'organization-name': 'Receiver', 'contact-info': 'x@y.test', 'report-id': day() },
    'date-range': { 'start-datetime': `${yesterday}T00:00:00Z`, 'end-datetime': `${yesterday}T23:59:59Z` },
    policies: [{ policy: { 'policy-type': 'sts', 'policy-domain': 'a.test' }, summary }],
  })
}

const failure = () =>
  [
    'From: r@receiver.example',
    `Message-ID: <${day()}@receiver.example>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'A failure.',
    '--b',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: auth-failure',
    'Version: 1',
    'User-Agent: t/1',
    'Auth-Failure: dmarc',
    'Reported-Domain: a.test',
    'Source-IP: 192.0.2.1',
    '',
    '--b--',
    '',
  ].join('\r\n')

/** One report of each kind on each of these days, and a file that is none. */
async function giveEach(days: readonly string[]): Promise<void> {
  for (const one of days) {
    at(`${one}T08:00:00Z`)
    for (const content of [aggregate(), tls(), failure()])
      expect(await give(content)).toMatchObject({ state: 'stored' })
    expect(await give(`no report ${one}`)).toMatchObject({ state: 'rejected' })
  }
}

/** A pass that announces, and one after ten minutes that removes. */
async function sweep(): Promise<void> {
  await sweepReports(clock)
  pass(11 * MINUTE)
  await sweepReports(clock)
}

async function counts() {
  const [aggregates, rows, tlsReports, failures, refused, files] = await Promise.all([
    ...[db.dmarcReport.count(), db.dmarcRow.count(), db.tlsReport.count(), db.failureReport.count()],
    ...[db.reportFile.count({ where: { state: { not: 'stored' } } }), db.reportFile.count()],
  ])
  return { aggregates, rows, tls: tlsReports, failures, refused, files }
}

async function sums() {
  return Promise.all([
    ...[db.dmarcDay.findMany({ orderBy: { day: 'asc' } }), db.dmarcSourceMonth.findMany({ orderBy: { month: 'asc' } })],
    db.tlsDay.findMany({ orderBy: { day: 'asc' } }),
  ])
}

const partitions = async () =>
  (
    await db.$queryRaw<{ name: string }[]>`
      SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'dmarc_row'::regclass ORDER BY 1`
  ).map(({ name }) => name)

const addDomain = () => db.domain.create({ data: { name: 'a.test', hostedName: { create: { name: 'a.test' } } } })
const keep = (retention: Partial<Retention>) => updateRetention(system, { ...DEFAULT_RETENTION, ...retention })

test('each kind goes in its time, whole months of rows at once, and the sums stay', async () => {
  await addDomain()
  await giveEach(['2026-01-10', '2026-01-25', '2026-02-10', '2026-05-10'])
  const summed = await sums()
  expect(await counts()).toEqual({ aggregates: 4, rows: 8, tls: 4, failures: 4, refused: 4, files: 16 })

  at('2026-05-20T03:00:00Z')
  await sweep()
  expect(await counts()).toEqual({ aggregates: 4, rows: 8, tls: 4, failures: 1, refused: 1, files: 10 })

  // 396 days before 20 February 2027 is 20 January 2026: of TLS one report is older, of January not all days are.
  at('2027-02-20T03:00:00Z')
  await sweep()
  expect(await counts()).toEqual({ aggregates: 4, rows: 8, tls: 3, failures: 0, refused: 0, files: 7 })

  at('2027-03-05T03:00:00Z')
  await sweep()
  expect(await counts()).toEqual({ aggregates: 2, rows: 4, tls: 2, failures: 0, refused: 0, files: 4 })
  const left = await partitions()
  expect(left).not.toContain('dmarc_row_2026_01')
  expect(left).toContain('dmarc_row_2026_02')

  at('2028-01-01T03:00:00Z')
  await sweep()
  expect(await counts()).toEqual({ aggregates: 0, rows: 0, tls: 0, failures: 0, refused: 0, files: 0 })
  expect(await sums()).toEqual(summed)
})

test('what was removed, or is about to be, is refused and never summed again, even where more is kept later', async () => {
  await addDomain()
  const old = [aggregate(), tls()]
  for (const content of old) await give(content)
  const [id] = (await db.dmarcReport.findMany()).map((row) => row.id)
  const summed = await sums()
  await keep({ aggregateDays: 30, tlsDays: 30 })
  at('2026-04-10T12:00:00Z')
  await sweepReports(clock)
  // Announced, and not yet removed.
  expect(await db.dmarcReport.count()).toBe(1)
  for (const content of old) expect(await give(`${content} `)).toMatchObject({ state: 'rejected', reason: 'too-old' })
  pass(11 * MINUTE)
  await sweepReports(clock)
  expect(await db.dmarcReport.count()).toBe(0)
  await expect(requireReport(system, id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await keep({ aggregateDays: 3_000, tlsDays: 3_000 })
  await sweep()
  for (const content of old) expect(await give(content)).toMatchObject({ state: 'rejected', reason: 'too-old' })
  expect(await give(aggregate())).toMatchObject({ state: 'stored' })
  await db.dmarcReport.deleteMany()
  expect((await sums())[2]).toEqual(summed[2])
  expect(await db.reportFile.count({ where: { reason: 'too-old' } })).toBe(4)
})

test('once a day is enough, and what was announced waits its ten minutes', async () => {
  await addDomain()
  await give(failure())
  at('2026-06-01T00:05:00Z')
  await sweepReports(clock)
  pass(5 * MINUTE)
  await sweepReports(clock)
  expect(await db.failureReport.count()).toBe(1)
  pass(5 * MINUTE)
  await sweepReports(clock)
  expect(await db.failureReport.count()).toBe(0)
  await give('late')
  await db.reportFile.updateMany({ data: { receivedAt: new Date('2025-01-01T00:00:00Z') } })
  await sweepReports(clock)
  expect(await db.reportFile.count()).toBe(1)
  at('2026-06-02T00:05:00Z')
  await sweep()
  expect(await db.reportFile.count()).toBe(0)
})

test('rows that somebody reads stay until the next pass, and nobody waits long', async () => {
  await addDomain()
  await give(aggregate())
  at('2027-06-01T12:00:00Z')
  await sweepReports(clock)
  pass(11 * MINUTE)
  const reader = new Client({ connectionString: env().DATABASE_URL })
  await reader.connect()
  try {
    await reader.query('BEGIN')
    await reader.query('SELECT count(*) FROM dmarc_row')
    const began = performance.now()
    await sweepReports(clock)
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(await counts()).toMatchObject({ aggregates: 1, rows: 2 })
    await reader.query('COMMIT')
  } finally {
    await reader.end()
  }
  await sweepReports(clock)
  expect(await counts()).toMatchObject({ aggregates: 0, rows: 0, files: 0 })
})

test('files of a domain that was removed go too', async () => {
  await addDomain()
  for (const content of [aggregate(), tls()]) await give(content)
  await db.domain.deleteMany()
  expect(await counts()).toMatchObject({ aggregates: 0, tls: 0, files: 2 })
  at('2027-06-01T12:00:00Z')
  await sweep()
  expect(await db.reportFile.count()).toBe(0)
})

test('the times are settings, thirteen months and ninety days at first', async () => {
  expect(await getRetention(system)).toEqual({
    aggregateDays: 396,
    tlsDays: 396,
    failureDays: 90,
    refusedDays: 90,
    keepsFailureMail: false,
  })
  await keep({ failureDays: 7 })
  expect(await getRetention(system)).toEqual({ ...DEFAULT_RETENTION, failureDays: 7 })
  expect(await db.auditEntry.findFirst({ where: { action: 'setting:retention' } })).toMatchObject({
    detail: { before: { failureDays: 90 }, after: { failureDays: 7 } },
  })
})
