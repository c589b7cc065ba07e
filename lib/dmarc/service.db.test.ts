import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import type { AdminRole } from '@/lib/db/generated/enums'
import { testDb } from '@/lib/db/testing'
import { getReportOverview } from '@/lib/dmarc/overview'
import { listFailureReports, listReportFiles, requireReport, requireReportOriginal } from '@/lib/dmarc/queries'
import { importReport, importReports } from '@/lib/dmarc/service'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import { getTlsSums } from '@/lib/tlsrpt/queries'

const NOW = new Date('2026-11-22T12:00:00Z')
const clock = () => NOW
const system = systemActor('test')
const client = testDb()

/** A day in seconds, counted back from the day of the test. */
const DAY = 86_400
const midnight = Date.parse('2026-11-22T00:00:00Z') / 1000

async function domain(name: string): Promise<string> {
  return (await client.domain.create({ data: { name, hostedName: { create: { name } } } })).id
}

async function admin(role: AdminRole, ...domainIds: string[]): Promise<Actor> {
  const grants = { create: domainIds.map((domainId) => ({ domainId })) }
  const row = await client.admin.create({
    data: { email: `${role}@${crypto.randomUUID()}.example`, name: role, role, passwordHash: '', grants },
  })
  return { kind: 'admin', id: row.id, name: row.name, role, sessionId: 'none', address: null }
}

interface Change {
  policyDomain?: string
  reportId?: string
  daysAgo?: number
  records?: Parameters<typeof sampleReport>[0] extends infer T
    ? NonNullable<T> extends { records?: infer R }
      ? R
      : never
    : never
}

function xml({
  policyDomain = 'example.org',
  reportId = 'one',
  daysAgo = 1,
  records = [sampleRecord()],
}: Change = {}): Buffer {
  const base = sampleReport()
  const begin = midnight - daysAgo * DAY
  return Buffer.from(
    reportXml({
      ...base,
      metadata: { ...base.metadata, reportId, begin, end: begin + DAY - 1 },
      policy: { ...base.policy, domain: policyDomain },
      records,
    }),
  )
}

const give = (actor: Actor, content: Buffer, name = 'report.xml') => importReport(actor, { name, content }, clock)

describe('importing a report', () => {
  it('stores the report with every row, and the original for download', async () => {
    await domain('example.org')
    const records = [
      sampleRecord({ count: 5 }),
      sampleRecord({ sourceIp: '2001:db8::1', spf: 'fail', dkim: 'fail', disposition: 'reject', count: 2 }),
    ]
    const file = gzipSync(xml({ records }))
    const result = await give(system, file, 'r.xml.gz')
    expect(result).toMatchObject({ state: 'stored', reason: null, domain: 'example.org', messages: 7 })
    const report = await requireReport(system, result.reportId ?? '')
    expect(report).toMatchObject({
      reporter: 'receiver.example',
      reportId: 'one',
      policyDomain: 'example.org',
      messageCount: 7,
      domain: 'example.org',
      next: null,
    })
    expect([report.records, report.unreadableRecords, report.deviations]).toEqual([2, 0, []])
    expect(report.rows).toMatchObject([
      { position: 0, sourceIp: '192.0.2.10', messageCount: 5, isDkimAligned: true, isSpfAligned: true },
      {
        position: 1,
        sourceIp: '2001:db8::1',
        messageCount: 2,
        isDkimAligned: false,
        isSpfAligned: false,
        disposition: 'reject',
      },
    ])
    const original = await requireReportOriginal(system, report.file.id)
    expect(Buffer.from(original.bytes)).toEqual(file)
  })

  it('stores thousands of rows in their order', async () => {
    await domain('example.org')
    const records = Array.from({ length: 5001 }, (_item, at) =>
      sampleRecord({ sourceIp: `10.0.${at >> 8}.${at & 255}`, count: at + 1 }),
    )
    const { reportId } = await give(system, xml({ records }))
    const rows = await client.dmarcRow.findMany({ where: { reportId: reportId ?? '' }, orderBy: { position: 'asc' } })
    expect(rows.map((row) => [row.sourceIp, Number(row.messageCount)])).toEqual(
      records.map(({ sourceIp, count }) => [sourceIp, count]),
    )
    const page = await requireReport(system, reportId ?? '', { after: 199 })
    expect([page.rows.length, page.rows[0]?.position, page.next]).toEqual([200, 200, 399])
  })

  it('takes the same file once, and the same report in another file once', async () => {
    await domain('example.org')
    expect(await give(system, xml())).toMatchObject({ state: 'stored' })
    expect(await give(system, xml(), 'again.xml')).toMatchObject({ state: 'duplicate', reason: 'duplicate-file' })
    expect(await give(system, gzipSync(xml()))).toMatchObject({ state: 'duplicate', reason: 'duplicate-report' })
    expect(await give(system, gzipSync(xml()))).toMatchObject({ state: 'duplicate', reason: 'duplicate-report' })
    expect(await client.dmarcReport.count()).toBe(1)
    expect((await client.reportFile.findMany({ orderBy: { id: 'asc' } })).map(({ state }) => state)).toEqual([
      'stored',
      'duplicate',
    ])
  })

  it('takes a report once when it comes many times at once', async () => {
    await domain('example.org')
    const results = await Promise.all(Array.from({ length: 8 }, () => give(system, xml())))
    expect(results.filter(({ state }) => state === 'stored')).toHaveLength(1)
    expect(results.filter(({ state }) => state === 'duplicate')).toHaveLength(7)
    expect(await client.dmarcRow.count()).toBe(1)
  })

  it('tells reports apart that share all but what they say, and no longer the order of what they say', async () => {
    await domain('example.org')
    const [a, b] = [sampleRecord({ count: 1 }), sampleRecord({ count: 2 })]
    expect(await give(system, xml({ records: [a, b] }))).toMatchObject({ state: 'stored' })
    expect(await give(system, xml({ records: [b, a] }))).toMatchObject({ reason: 'duplicate-report' })
    expect(await give(system, xml({ records: [b] }))).toMatchObject({ state: 'stored' })
    expect(await client.dmarcReport.count()).toBe(2)
    // Stored before content was compared.
    await client.dmarcReport.updateMany({ where: { messageCount: 3 }, data: { contentSha256: '' } })
    expect(await give(system, xml({ records: [a] }))).toMatchObject({ reason: 'duplicate-report' })
  })

  it('tells reports apart that share an id but not the period', async () => {
    await domain('example.org')
    expect(await give(system, xml({ daysAgo: 1 }))).toMatchObject({ state: 'stored' })
    expect(await give(system, xml({ daysAgo: 2 }))).toMatchObject({ state: 'stored' })
  })

  it('belongs to the domain of a sub-domain or an alias domain', async () => {
    const id = await domain('example.org')
    await client.domainAlias.create({ data: { name: 'example.net', domainId: id } })
    expect(await give(system, xml({ policyDomain: 'news.example.org' }))).toMatchObject({
      state: 'stored',
      domain: 'example.org',
    })
    expect(await give(system, xml({ policyDomain: 'example.net' }))).toMatchObject({
      state: 'stored',
      domain: 'example.org',
    })
    expect(await give(system, xml({ policyDomain: 'another.net' }))).toMatchObject({
      state: 'foreign',
      reason: 'foreign-domain',
    })
  })

  it('keeps the words for what is no report, and reads on', async () => {
    await domain('example.org')
    expect(await give(system, Buffer.from('<html/>'))).toMatchObject({
      state: 'rejected',
      reason: 'xml-other',
      kind: null,
    })
    expect(await give(system, Buffer.alloc(31 * 1024 * 1024))).toMatchObject({ state: 'rejected', reason: 'too-large' })
    expect(await client.reportFile.findMany({ select: { state: true, reason: true, original: true } })).toEqual([
      { state: 'rejected', reason: 'xml-other', original: null },
    ])
  })

  it('reads a file again that was foreign before the domain was ours', async () => {
    expect(await give(system, xml())).toMatchObject({ state: 'foreign' })
    await domain('example.org')
    expect(await give(system, xml())).toMatchObject({ state: 'stored' })
    expect(await client.reportFile.count()).toBe(1)
  })

  it('reads a stream, and stops at one that is too large', async () => {
    await domain('example.org')
    const pieces = Readable.from([xml().subarray(0, 100), xml().subarray(100)])
    function* endless() {
      for (;;) yield Buffer.alloc(1024 * 1024)
    }
    expect(await importReport(system, { name: 'a', content: pieces }, clock)).toMatchObject({ state: 'stored' })
    expect(await importReport(system, { name: 'b', content: Readable.from(endless()) }, clock)).toMatchObject({
      state: 'rejected',
      reason: 'too-large',
    })
  })

  it('keeps control characters out of the name of a file', async () => {
    expect((await give(system, Buffer.from('x'), `a\0\u202e${'b'.repeat(400)}`)).name).toBe(
      `a\ufffd\ufffd${'b'.repeat(252)}`,
    )
  })
})

describe('another tenant', () => {
  it('finds no report, no original, no file and no overview, and cannot give a report for the domain', async () => {
    await domain('example.org')
    const other = await domain('example.net')
    const stranger = await admin('domain_admin', other)
    const { reportId } = await give(system, xml())
    await expect(requireReport(stranger, reportId ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { file } = await requireReport(system, reportId ?? '')
    await expect(requireReportOriginal(stranger, file.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(getReportOverview(stranger, 'example.org')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await listReportFiles(stranger)).files).toEqual([])
    expect((await listReportFiles(stranger, { domain: 'example.org' })).files).toEqual([])
    expect(await give(stranger, xml({ reportId: 'forged' }))).toMatchObject({ state: 'foreign', domain: null })
    expect(await client.dmarcReport.count()).toBe(1)
  })

  it('does not keep the owner from giving the same file later', async () => {
    const own = await domain('example.org')
    const stranger = await admin('domain_admin', await domain('example.net'))
    expect(await give(stranger, xml())).toMatchObject({ state: 'foreign' })
    expect(await give(await admin('domain_admin', own), xml())).toMatchObject({
      state: 'stored',
      domain: 'example.org',
    })
  })

  it('may not give a report at all as a reader', async () => {
    const reader = await admin('reader')
    await expect(give(reader, xml())).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('sees the files of the domains that are granted', async () => {
    const id = await domain('example.org')
    await domain('example.net')
    const granted = await admin('domain_admin', id)
    await give(system, xml())
    await give(system, xml({ policyDomain: 'example.net' }))
    await give(system, Buffer.from('x'))
    expect((await listReportFiles(granted)).files).toMatchObject([
      { report: { domain: 'example.org', messageCount: 3 } },
    ])
    expect((await listReportFiles(system)).files).toHaveLength(3)
    expect((await listReportFiles(await admin('reader'), { domain: 'example.net' })).files).toHaveLength(1)
  })
})

describe('the overview of a domain', () => {
  it('adds up to the rows, by day, source and reporter', async () => {
    await domain('example.org')
    await give(
      system,
      xml({
        reportId: 'a',
        daysAgo: 2,
        records: [sampleRecord({ count: 10 }), sampleRecord({ sourceIp: '192.0.2.11', dkim: 'fail', count: 4 })],
      }),
    )
    await give(
      system,
      xml({
        reportId: 'b',
        daysAgo: 1,
        records: [
          sampleRecord({ count: 100 }),
          sampleRecord({ sourceIp: '192.0.2.66', dkim: 'fail', spf: 'fail', disposition: 'reject', count: 7 }),
          sampleRecord({ sourceIp: '192.0.2.66', dkim: 'fail', spf: 'fail', disposition: 'none', count: 3 }),
        ],
      }),
    )
    await give(system, xml({ reportId: 'old', daysAgo: 9, records: [sampleRecord({ count: 1000 })] }))
    const overview = await getReportOverview(system, 'example.org', { days: 7, now: NOW })
    expect(overview).toMatchObject({ from: '2026-11-16', to: '2026-11-22' })
    expect(overview.totals).toEqual({
      messages: 124,
      aligned: 114,
      delivered: 3,
      stopped: 7,
      spfAligned: 114,
      dkimAligned: 110,
      reports: 2,
    })
    expect(overview.days).toHaveLength(7)
    expect(overview.days.filter(({ aligned }) => aligned > 0)).toEqual([
      { day: '2026-11-20', aligned: 14, delivered: 0, stopped: 0 },
      { day: '2026-11-21', aligned: 100, delivered: 3, stopped: 7 },
    ])
    expect(overview.reporters).toEqual([
      { reporter: 'receiver.example', reports: 2, messages: 124, aligned: 114, quarantined: 0, rejected: 7 },
    ])
  })

  it('is all zeros for a domain without a report', async () => {
    await domain('example.org')
    const overview = await getReportOverview(system, 'example.org', { days: 3, now: NOW })
    expect(overview.totals).toMatchObject({ messages: 0, reports: 0 })
    expect(overview.days.map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-21', '2026-11-22'])
  })
})

describe('sums', () => {
  it('hold every message of the rows, by day and by source, however the reports came', async () => {
    await domain('example.org')
    await domain('example.net')
    const kinds = [
      sampleRecord({ count: 5 }),
      sampleRecord({ count: 2, spf: 'fail', reasons: [{ type: 'forwarded', comment: null }] }),
      sampleRecord({
        count: 7,
        sourceIp: '2001:db8::7',
        dkim: 'fail',
        spf: 'fail',
        disposition: 'reject',
        dkimResults: [],
      }),
    ]
    const files = Array.from({ length: 40 }, (_item, at) =>
      xml({
        ...{ policyDomain: at % 3 === 0 ? 'example.net' : 'example.org', reportId: `r${at}`, daysAgo: 1 + (at % 60) },
        records: kinds.map((kind) => ({ ...kind, headerFrom: at % 3 === 0 ? 'example.net' : 'example.org' })),
      }),
    )
    const states: string[] = []
    for await (const { state } of importReports(
      system,
      files.map((content) => ({ name: 'r', content })),
      clock,
    ))
      states.push(state)
    expect(states).toEqual(files.map(() => 'stored'))
    // Again, and at the same time: nothing counts twice.
    await Promise.all(files.map((file) => give(system, gzipSync(file))))
    const [sums] = await client.$queryRaw<Record<string, bigint>[]>`
      SELECT (SELECT sum(message_count) FROM dmarc_row)::bigint AS rows,
             (SELECT sum(message_count) FROM dmarc_day)::bigint AS days,
             (SELECT sum(message_count) FROM dmarc_source_day)::bigint AS sources,
             (SELECT sum(aligned + delivered + stopped) FROM dmarc_domain_day)::bigint AS domains,
             (SELECT sum(stopped) FROM dmarc_domain_day)::bigint AS stopped,
             (SELECT sum(message_count) FROM dmarc_report)::bigint AS reports,
             (SELECT count(*) FROM dmarc_source_day WHERE override = 'forwarded')::bigint AS forwarded`
    expect(sums).toEqual({
      rows: 560n,
      days: 560n,
      sources: 560n,
      reports: 560n,
      forwarded: 40n,
      domains: 560n,
      stopped: 280n,
    })
    const differing = await client.$queryRaw`
      SELECT domain_id, day, source_ip, disposition, is_dkim_aligned, is_spf_aligned, sum(n) FROM (
        SELECT domain_id, day, source_ip, disposition, is_dkim_aligned, is_spf_aligned, message_count AS n FROM dmarc_row
        UNION ALL
        SELECT domain_id, day, source_ip, disposition, is_dkim_aligned, is_spf_aligned, -message_count FROM dmarc_source_day) both_sides
       GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0`
    expect(differing).toEqual([])
  })
})

describe('other kinds', () => {
  const tls = (changes: object = {}, domains = ['example.org', 'elsewhere.example']) =>
    Buffer.from(
      JSON.stringify({
        'organization-name': 'Receiver',
        'date-range': { 'start-datetime': '2026-11-20T00:00:00Z', 'end-datetime': '2026-11-20T23:59:59Z' },
        'contact-info': 'tls@receiver.example',
        'report-id': 'one',
        policies: domains.map((name) => ({
          policy: { 'policy-type': 'sts', 'policy-string': [], 'policy-domain': name, 'mx-host': `mx.${name}` },
          summary: { 'total-successful-session-count': 40, 'total-failure-session-count': 3 },
          'failure-details': [{ 'result-type': 'certificate-expired', 'failed-session-count': 3 }],
        })),
        ...changes,
      }),
    )

  it('stores what a TLS report says of our domains, once, and nothing of others', async () => {
    await domain('example.org')
    expect(await give(system, tls())).toMatchObject({ state: 'stored', kind: 'tls', domain: 'example.org' })
    expect(await give(system, tls())).toMatchObject({ state: 'duplicate', reason: 'duplicate-file' })
    expect(await give(system, gzipSync(tls()))).toMatchObject({ state: 'duplicate', reason: 'duplicate-report' })
    expect(await give(system, tls({}, ['elsewhere.example']))).toMatchObject({ state: 'foreign' })
    expect(await client.tlsReport.findMany({ select: { policyDomain: true, failureCount: true } })).toEqual([
      { policyDomain: 'example.org', failureCount: 3n },
    ])
    expect(await getTlsSums(system, 'example.org', { now: NOW })).toMatchObject({
      ...{ reports: 1, successful: 40, failed: 3, unexplained: 0 },
      failures: [{ resultType: 'certificate-expired', sessions: 3, reporters: ['Receiver'] }],
    })
  })

  it('keeps a TLS report with words as long as a reporter likes', async () => {
    await domain('example.org')
    const long = { 'organization-name': '\u{1f4e8}'.repeat(400), 'report-id': '\u{1f4e8}'.repeat(400) }
    expect(await give(system, tls(long))).toMatchObject({ state: 'stored' })
  })

  it('keeps of a failure report what was read, and not the message', async () => {
    await domain('example.org')
    const arf = [
      ...['From: reports@receiver.example', 'Subject: FW: a message', 'MIME-Version: 1.0'],
      ...['Content-Type: multipart/report; report-type=feedback-report; boundary="b"', '', '--b'],
      ...['Content-Type: message/feedback-report', '', 'Feedback-Type: auth-failure', 'Version: 1'],
      ...['Auth-Failure: dkim', 'Source-IP: 192.0.2.7', 'Reported-Domain: example.org', 'Delivery-Result: reject', ''],
      ...[
        '--b',
        'Content-Type: message/rfc822',
        '',
        'From: anna@example.org',
        'Subject: private',
        '',
        'secret',
        '--b--',
        '',
      ],
    ].join('\r\n')
    const result = await give(system, Buffer.from(arf))
    expect(result).toMatchObject({ state: 'stored', kind: 'failure', domain: 'example.org' })
    expect(await client.reportFile.findFirst()).toMatchObject({ kind: 'failure', trust: 'pending' })
    expect(JSON.stringify(await client.failureReport.findMany())).not.toMatch(/private|secret|anna/)
    expect(await listFailureReports(system, 'example.org')).toMatchObject({
      count: 1,
      reports: [{ sourceIp: '192.0.2.7', authFailure: 'dkim', deliveryResult: 'reject' }],
    })
    const foreign = arf.replaceAll('example.org', 'elsewhere.example')
    expect(await give(system, Buffer.from(foreign))).toMatchObject({ state: 'foreign' })
  })
})
