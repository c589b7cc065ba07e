import { beforeEach, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { exportRows, exportSources } from '@/lib/dmarc/export/queries'
import { getReportOverview } from '@/lib/dmarc/overview'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import type { AggregateRecord } from '@/lib/dmarc/schema'
import { importReport } from '@/lib/dmarc/service'
import { getSource, getSourceList } from '@/lib/dmarc/sources/queries'
import { nameSource } from '@/lib/dmarc/sources/service'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import type { DomainName } from '@/lib/domains/name'

const client = testDb()
const system = systemActor('test')
const NOW = new Date('2026-11-22T12:00:00Z')
const domain = 'example.org'
const stranger: Partial<AggregateRecord> = { dkim: 'fail', spf: 'fail', dkimResults: [], spfResults: [] }

beforeEach(async () => {
  await client.domain.create({
    data: {
      ...{ name: domain, hostedName: { create: { name: domain } } },
      dkimKeys: { create: [{ selector: 's1', publicKey: 'AAAA', state: 'active' }] },
    },
  })
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: ['192.0.2.10'], services: {} },
      ...{ agentUrl: '', agentFingerprint: '', agentTokenSealed: '' },
    },
  })
})

async function give(id: string, daysAgo: number, records: AggregateRecord[], reporter = 'receiver.example') {
  const base = sampleReport()
  const begin = Math.floor(NOW.getTime() / 86_400_000 - daysAgo) * 86_400
  const metadata = { ...base.metadata, orgName: reporter, reportId: id, begin, end: begin + 86_399 }
  const content = Buffer.from(reportXml({ ...base, metadata, records }))
  expect(await importReport(system, { name: id, content }, () => NOW)).toMatchObject({ state: 'stored' })
}

async function text(pieces: AsyncIterable<string>): Promise<string> {
  let whole = ''
  for await (const piece of pieces) whole += piece
  return whole
}
const filter = (more: ReportFilter = {}): ReportFilter => ({ now: NOW, ...more })

test('reporters, reasons and the time before are told apart, by sums that hold every message', async () => {
  const forwarded = sampleRecord({ ...stranger, count: 4, reasons: [{ type: 'forwarded', comment: null }] })
  await give('a', 2, [sampleRecord({ count: 10 }), forwarded])
  await give('b', 1, [sampleRecord({ ...stranger, count: 6, disposition: 'reject' })], 'other.example')
  await give('c', 8, [sampleRecord({ count: 7 })])
  const overview = await getReportOverview(system, domain, { ...filter({ days: 7 }), compare: true })
  expect(overview.totals).toMatchObject({ messages: 20, aligned: 10, delivered: 4, stopped: 6, reports: 2 })
  expect(overview.before).toMatchObject({ messages: 7, aligned: 7, reports: 1 })
  expect(overview.reporters).toEqual([
    { reporter: 'receiver.example', reports: 1, messages: 14, aligned: 10, quarantined: 0, rejected: 0 },
    { reporter: 'other.example', reports: 1, messages: 6, aligned: 0, quarantined: 0, rejected: 6 },
  ])
  expect(overview.overrides).toEqual([
    {
      ...{ types: ['forwarded'], messages: 4, stopped: 0 },
      reporters: [{ reporter: 'receiver.example', messages: 4 }],
    },
  ])
  const other = await getReportOverview(system, domain, filter({ days: 7, reporter: 'other.example' }))
  expect(other.totals).toMatchObject({ messages: 6, reports: 1 })
  const failures = await getReportOverview(system, domain, filter({ days: 7, onlyFailures: true }))
  expect(failures.reporters.map(({ messages }) => messages)).toEqual([6, 4])
})

test('a From domain and unverified reports can be left out of every sum', async () => {
  await give('a', 1, [
    sampleRecord({ count: 10 }),
    sampleRecord({ ...stranger, count: 3, headerFrom: 'shop.example.org' }),
  ])
  await give('b', 1, [sampleRecord({ ...stranger, count: 1000, sourceIp: '9.9.9.9' })], 'liar.example')
  await client.dmarcReport.updateMany({ where: { reportId: 'b' }, data: { trust: 'unverified' } })
  await client.dmarcDay.updateMany({ where: { reporter: 'liar.example' }, data: { trust: 'unverified' } })
  await client.dmarcSourceMonth.updateMany({ where: { sourceIp: '9.9.9.9' }, data: { trust: 'unverified' } })
  const sums = async (more: ReportFilter) => {
    const [{ totals }, { sources }] = await Promise.all([
      getReportOverview(system, domain, filter(more)),
      getSourceList(system, domain, filter(more)),
    ])
    return [totals.messages, sources.reduce((sum, { messages }) => sum + messages, 0)]
  }
  expect(await sums({})).toEqual([1013, 1013])
  expect(await sums({ withoutUnverified: true })).toEqual([13, 13])
  expect(await sums({ headerFrom: 'shop.example.org' })).toEqual([3, 3])
  const lines = async (more: ReportFilter) =>
    JSON.parse(await text(await exportRows(system, domain, filter(more), 'json'))) as { messages: number }[]
  expect((await lines({ withoutUnverified: true })).map(({ messages }) => messages)).toEqual([10, 3])
  expect((await lines({ onlyFailures: true, headerFrom: 'shop.example.org' })).map(({ messages }) => messages)).toEqual(
    [3],
  )
})

test('a source is new in the week in which the first of it came, and not when it sent before the time that is looked at', async () => {
  const from = (sourceIp: string, count: number) => sampleRecord({ ...stranger, sourceIp, count })
  await give('old', 40, [from('9.9.9.1', 1)])
  await give('early', 20, [from('9.9.9.2', 1)])
  await give('now', 1, [from('9.9.9.1', 5), from('9.9.9.3', 3)])
  const newOf = async (days: number) => {
    const { sources, newCount, newSince } = await getSourceList(system, domain, filter({ days }))
    expect(newCount).toBe(sources.filter(({ isNew }) => isNew).length)
    expect(newSince).toBe('2026-11-16')
    return sources.filter(({ isNew }) => isNew).map(({ key }) => key)
  }
  expect(await newOf(30)).toEqual(['unknown:9.9.9.3'])
  expect(await newOf(7)).toEqual(['unknown:9.9.9.3'])
  for (const match of ['9.9.9.2', '9.9.9.3'])
    await nameSource(system, { domain: domain as DomainName, match, name: 'Pair', isOurs: true })
  expect(await newOf(7)).toEqual([])
})

test('the page of a source sums to its rows, which are walked a hundred at a time, each once', async () => {
  const records = Array.from({ length: 130 }, (_item, at) =>
    sampleRecord({ ...stranger, sourceIp: '9.9.9.9', count: at + 1, disposition: at % 2 === 0 ? 'none' : 'reject' }),
  )
  const ours = sampleRecord({ sourceIp: '9.9.9.9', count: 1000, spf: 'fail', spfResults: [] })
  await give('a', 1, [...records, ours, sampleRecord({ count: 50 })])
  await give('b', 3, records)
  const first = await getSource(system, domain, 'unknown:9.9.9.9', filter())
  expect(first).toMatchObject({
    ...{ source: { messages: 2 * 8515, aligned: 0, addresses: [{ ip: '9.9.9.9' }] } },
    ...{
      dispositions: [
        { disposition: 'reject', messages: 8580 },
        { disposition: 'none', messages: 8450 },
      ],
    },
  })
  expect(first?.days.filter(({ stopped }) => stopped > 0)).toEqual([
    { day: '2026-11-19', aligned: 0, delivered: 4225, stopped: 4290 },
    { day: '2026-11-21', aligned: 0, delivered: 4225, stopped: 4290 },
  ])
  const seen: string[] = []
  let sum = 0
  for (let page = first, at = 0; page; at++) {
    expect(page.rows.length).toBe(at < 2 ? 100 : 60)
    seen.push(...page.rows.map(({ reportId, position }) => `${reportId} ${position}`))
    sum += page.rows.reduce((total, { messages }) => total + messages, 0)
    page =
      page.next === null ? null : await getSource(system, domain, 'unknown:9.9.9.9', { ...filter(), after: page.next })
  }
  expect(new Set(seen).size).toBe(260)
  expect(sum).toBe(2 * 8515)
  const forwarder = await getSource(system, domain, 'forwarder:9.9.9.9', filter())
  expect(forwarder).toMatchObject({ source: { messages: 1000 }, next: null })
  expect(forwarder?.rows.map(({ messages }) => messages)).toEqual([1000])
  expect(await getSource(system, domain, 'unknown:8.8.8.8', filter())).toBeNull()
})

test('an export has every row of the time once, by day and place, and nothing that a spreadsheet runs', async () => {
  const many = Array.from({ length: 2500 }, (_item, at) => sampleRecord({ count: at + 1, envelopeFrom: '=1+1' }))
  await give('large', 2, many)
  for (let at = 0; at < 3; at++) await give(`small-${at}`, 1, [sampleRecord({ count: 1 })], `=evil${at}()`)
  const csv = await text(await exportRows(system, domain, filter(), 'csv'))
  const lines = csv.trimEnd().split('\r\n')
  expect(lines[0]).toBe(
    'day,reporter,report,position,trust,source_ip,messages,disposition,dkim_aligned,spf_aligned,header_from,envelope_from,override,dkim,spf',
  )
  expect(lines).toHaveLength(2504)
  expect(lines.slice(1, 2501).map((line) => Number(line.split(',')[3]))).toEqual(many.map((_item, at) => at))
  expect(csv).not.toMatch(/(^|,)"?=/m)
  expect(lines[2501]).toContain(`"'=evil`)
  const json = JSON.parse(await text(await exportRows(system, domain, filter(), 'json'))) as { messages: number }[]
  expect(json.reduce((sum, { messages }) => sum + messages, 0)).toBe((2500 * 2501) / 2 + 3)
  const sources = JSON.parse(await text(await exportSources(system, domain, filter(), 'json'))) as object[]
  expect(sources).toMatchObject([
    { kind: 'own', name: 'mx1', messages: (2500 * 2501) / 2 + 3, addresses: ['192.0.2.10'] },
  ])
  expect(await text(await exportRows(system, domain, filter({ days: 1 }), 'json'))).toBe('[]\n')
})
