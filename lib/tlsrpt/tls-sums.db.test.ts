import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { importReport, importReports } from '@/lib/dmarc/service'
import { getTlsSums } from '@/lib/tlsrpt/queries'

const NOW = new Date('2026-11-22T12:00:00Z')
const clock = () => NOW
const system = systemActor('test')
const db = testDb()

interface Given {
  id: string
  organization?: string
  day?: string
  domains?: string[]
  /** Of each domain: failed sessions by sending address. */
  failed?: Record<string, number>
  successful?: number
  words?: string
}

function tlsReport({
  id,
  organization = 'Receiver',
  day = '2026-11-20',
  domains = ['a.test'],
  ...more
}: Given): Buffer {
  const failed = Object.entries(more.failed ?? {})
  return Buffer.from(
    JSON.stringify({
      'organization-name': organization,
      'date-range': { 'start-datetime': `${day}T00:00:00Z`, 'end-datetime': `${day}T23:59:59Z` },
      'contact-info': 'tls@receiver.example',
      'report-id': id,
      policies: domains.map((domain) => ({
        policy: { 'policy-type': 'sts', 'policy-string': ['version: STSv1', 'mode: enforce'], 'policy-domain': domain },
        summary: {
          'total-successful-session-count': more.successful ?? 10,
          'total-failure-session-count': failed.reduce((sum, [, count]) => sum + count, 0) + 1,
        },
        'failure-details': failed.map(([address, count]) => ({
          ...{ 'result-type': 'certificate-expired', 'sending-mta-ip': address, 'receiving-mx-hostname': 'mx1.a.test' },
          ...{ 'failed-session-count': count, 'additional-information': more.words },
        })),
      })),
    }),
  )
}

async function give(...given: Given[]): Promise<string[]> {
  const inputs = given.map((one) => ({ name: `${one.id}.json`, content: tlsReport(one) }))
  const states: string[] = []
  for await (const { state } of importReports(system, inputs, clock)) states.push(state)
  return states
}

const addDomain = (name: string) => db.domain.create({ data: { name, hostedName: { create: { name } } } })

/** What the rows of reports add up to. */
async function summedReports() {
  const rows = await db.tlsReport.findMany({ select: { successCount: true, failureCount: true } })
  return {
    successful: rows.reduce((sum, row) => sum + Number(row.successCount), 0),
    failed: rows.reduce((sum, row) => sum + Number(row.failureCount), 0),
    reports: rows.length,
  }
}

async function summedDays() {
  const { _sum } = await db.tlsDay.aggregate({ _sum: { successCount: true, failureCount: true, reportCount: true } })
  return {
    ...{ successful: Number(_sum.successCount), failed: Number(_sum.failureCount), reports: _sum.reportCount },
  }
}

test('the sums equal the reports, however these came, and what was given twice counts once', async () => {
  await addDomain('a.test')
  await addDomain('b.test')
  const many = Array.from({ length: 150 }, (_item, at) => ({
    ...{
      id: `many-${at}`,
      organization: `Org ${at % 3}`,
      day: `2026-11-${10 + (at % 7)}`,
      domains: ['a.test', 'b.test'],
    },
    ...{ failed: { [`192.0.2.${at % 5}`]: at }, successful: at * 3 },
  }))
  expect(new Set(await give(...many))).toEqual(new Set(['stored']))
  await importReport(system, { name: 'x', content: tlsReport(many[3] ?? { id: '' }) }, clock)
  expect(await give({ id: 'foreign', domains: ['else.test'] })).toEqual(['foreign'])
  expect(await summedDays()).toEqual(await summedReports())
  const details = 2 * many.reduce((sum, { failed }) => sum + Object.values(failed).reduce((a, b) => a + b, 0), 0)
  const { _sum } = await db.tlsFailureDay.aggregate({ _sum: { sessionCount: true } })
  expect(Number(_sum.sessionCount)).toBe(details)
  expect(await db.tlsFailureDay.count()).toBeLessThan(2 * many.length)

  const sums = await getTlsSums(system, 'a.test', { now: NOW })
  expect(sums).toMatchObject({ reports: 150, successful: 33_525, failed: 11_325, unexplained: 150 })
  expect(sums.days).toHaveLength(30)
  expect(sums.days.reduce((sum, { failed }) => sum + failed, 0)).toBe(11_325)
  expect(sums.failures).toMatchObject([
    { resultType: 'certificate-expired', mxHost: 'mx1.a.test', sessions: 11_175, senderCount: 5 },
  ])
  expect(sums.failures[0]?.policies).toEqual([['version: STSv1', 'mode: enforce']])
  expect(sums.reporters.map(({ organization, reports }) => [organization, reports])).toEqual([
    ['Org 2', 50],
    ['Org 1', 50],
    ['Org 0', 50],
  ])
})

test('only the days that are asked for count, and words of reporters are shown as words', async () => {
  await addDomain('a.test')
  await give(
    { id: 'old', day: '2026-10-01', failed: { '192.0.2.1': 5 } },
    { id: 'new', organization: 'Evil\u202Egro', failed: { '192.0.2.1': 2 }, words: 'one\r\ntwo\u2066' },
  )
  const sums = await getTlsSums(system, 'a.test', { now: NOW })
  expect(sums).toMatchObject({ reports: 1, failed: 3, unexplained: 1 })
  expect(sums.failures).toMatchObject([{ reasons: ['one two'], reporters: ['Evil gro'] }])
  expect(await getTlsSums(system, 'a.test', { now: NOW, days: 90 })).toMatchObject({ reports: 2, failed: 9 })
})

test('the migration makes the same sums of what was stored before', async () => {
  await addDomain('a.test')
  await give(
    { id: '1', failed: { '192.0.2.1': 5, '2001:db8::1': 2 }, words: '😀'.repeat(450) },
    { id: '2', organization: 'B', failed: { '192.0.2.1': 5 } },
    { id: '3', organization: 'B', failed: { '192.0.2.1': 7 } },
  )
  const read = async () => ({
    days: await db.tlsDay.findMany({ orderBy: [{ day: 'asc' }, { organization: 'asc' }] }),
    failures: await db.tlsFailureDay.findMany({ orderBy: { identity: 'asc' } }),
  })
  const stored = await read()
  expect(stored.failures).toHaveLength(3)
  await db.tlsDay.deleteMany()
  await db.tlsFailureDay.deleteMany()
  const folder = new URL('../../prisma/migrations/', import.meta.url).pathname
  const name = readdirSync(folder).find((one) => one.endsWith('_tls_sums_and_retention')) ?? ''
  const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
  const statements = sql.slice(sql.indexOf('INSERT INTO tls_day')).split(/;\n/)
  await db.$transaction(async (tx) => {
    for (const statement of statements) if (statement.trim() !== '') await tx.$executeRawUnsafe(statement)
  })
  expect(await read()).toEqual(stored)
})
