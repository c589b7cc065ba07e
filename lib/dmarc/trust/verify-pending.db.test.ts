import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { listFailureReports, requireReportOriginal } from '@/lib/dmarc/queries'
import { importReport } from '@/lib/dmarc/service'
import { mailOf, reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import { keysOf, signedMail } from '@/lib/dmarc/trust/testing'
import { DEFAULT_RETENTION } from '@/lib/retention/schema'
import { updateRetention } from '@/lib/retention/service'
import { verifyPendingMail } from '@/lib/dmarc/trust/verify-pending'

const NOW = new Date('2026-11-22T12:00:00Z')
const HOUR = 3_600_000
const SENDER = 'receiver.example'
const system = systemActor('test')
const client = testDb()
const dns = keysOf([SENDER])

const at = (time: Date) => () => time
const verify = (resolver = dns, now = NOW) => verifyPendingMail({ resolver, clock: at(now) })

async function domain(name = 'example.org'): Promise<void> {
  await client.domain.create({ data: { name, hostedName: { create: { name } } } })
}

const KINDS = [
  sampleRecord({ count: 5 }),
  sampleRecord({ count: 2, spf: 'fail', reasons: [{ type: 'forwarded', comment: null }] }),
  sampleRecord({ count: 7, sourceIp: '2001:db8::7', dkim: 'fail', spf: 'fail', dkimResults: [], spfResults: [] }),
]

function xml(reportId: string, records = KINDS): string {
  const base = sampleReport()
  const begin = NOW.getTime() / 1000 - 86_400
  return reportXml({ ...base, metadata: { ...base.metadata, reportId, begin, end: begin + 3_600 }, records })
}

const mail = (reportId: string, records = KINDS) =>
  mailOf([{ type: 'application/gzip', data: gzipSync(xml(reportId, records)) }])
const give = (content: Buffer) => importReport(system, { name: 'r', content }, at(NOW))

/** Messages by trust: of reports with their rows, and of both sums. */
async function sums() {
  const [row] = await client.$queryRaw<Record<'reports' | 'rows' | 'days' | 'sources', Record<string, number>>[]>`
    SELECT (SELECT jsonb_object_agg(trust, n) FROM (SELECT trust, sum(message_count) AS n FROM dmarc_report GROUP BY 1) r) AS reports,
           (SELECT jsonb_object_agg(trust, n) FROM (SELECT p.trust, sum(w.message_count) AS n FROM dmarc_row w JOIN dmarc_report p ON p.id = w.report_id GROUP BY 1) w) AS rows,
           (SELECT jsonb_object_agg(trust, n) FROM (SELECT trust, sum(message_count) AS n FROM dmarc_day GROUP BY 1) d) AS days,
           (SELECT jsonb_object_agg(trust, n) FROM (SELECT trust, sum(message_count) AS n FROM dmarc_source_day GROUP BY 1) s) AS sources`
  return row
}

const everywhere = (byTrust: Record<string, number>) => ({
  ...{ reports: byTrust, rows: byTrust, days: byTrust, sources: byTrust },
})

describe('verifying mails with reports', () => {
  it('moves their messages from pending to what they are worth, in both sums alike', async () => {
    await domain()
    await give(await signedMail(mail('signed'), { domain: SENDER }))
    await give(mail('unsigned'))
    await give(mail('unsigned, too', [...KINDS, sampleRecord({ count: 9, disposition: 'reject' })]))
    await give(Buffer.from(xml('uploaded alone')))
    expect(await sums()).toEqual(everywhere({ pending: 51, none: 14 }))
    expect(await verify()).toBe(false)
    expect(await sums()).toEqual(everywhere({ verified: 14, unverified: 37, none: 14 }))
    expect(await client.dmarcDay.count({ where: { OR: [{ messageCount: 0 }, { trust: 'pending' }] } })).toBe(0)
    expect(await client.dmarcSourceMonth.count({ where: { trust: 'pending' } })).toBe(0)
    const files = await client.reportFile.findMany({ orderBy: { id: 'asc' } })
    expect(files.map(({ trust, trustReason, senderDomain }) => [trust, trustReason, senderDomain])).toEqual([
      ['verified', null, SENDER],
      ['unverified', 'no-signature', SENDER],
      ['unverified', 'no-signature', SENDER],
      ['none', null, null],
    ])
    // The same sums as if they had been stored so: what is made anew of the rows differs in nothing.
    const identities = await client.$queryRaw<{ n: bigint }[]>`
      SELECT count(*) AS n FROM dmarc_source_month WHERE identity <> md5(concat_ws(E'\\x1f', trust, is_dkim_aligned,
        is_spf_aligned, disposition, override, header_from, array_to_string(dkim, E'\\x1e'), spf))`
    expect(identities).toEqual([{ n: 0n }])
  })

  it('moves a report of more rows than are read at once', async () => {
    await domain()
    const records = Array.from({ length: 5_003 }, (_item, n) => sampleRecord({ sourceIp: `10.0.${n >> 8}.${n & 255}` }))
    await give(await signedMail(mail('large', records), { domain: SENDER }))
    await verify()
    expect(await sums()).toEqual(everywhere({ verified: 15_009 }))
  })

  it('asks again later where DNS does not answer, and gives up after three days', async () => {
    await domain()
    await give(await signedMail(mail('one'), { domain: SENDER }))
    const silent = keysOf([], [SENDER])
    const file = () => client.reportFile.findFirstOrThrow()
    await verify(silent)
    const first = await file()
    expect(first).toMatchObject({ trust: 'pending', trustReason: 'dns-failed' })
    await verify(dns, new Date((first.nextTryAt?.getTime() ?? 0) - 1))
    expect(await file()).toMatchObject({ trust: 'pending' })
    await verify(dns, first.nextTryAt ?? NOW)
    expect(await file()).toMatchObject({ trust: 'verified', trustReason: null, nextTryAt: null })

    await give(await signedMail(mail('two'), { domain: SENDER }))
    await verify(silent, new Date(NOW.getTime() + 73 * HOUR))
    expect(await client.reportFile.findMany({ where: { trust: 'unverified' } })).toMatchObject([
      { trustReason: 'dns-failed', nextTryAt: null },
    ])
  })

  it('lets go of the mail of a failure report once it is verified, unless it is to be kept', async () => {
    await domain()
    const arf = [
      ...['From: reports@receiver.example', 'Subject: FW: a message', 'MIME-Version: 1.0'],
      ...['Content-Type: multipart/report; report-type=feedback-report; boundary="b"', '', '--b'],
      ...['Content-Type: message/feedback-report', '', 'Feedback-Type: auth-failure', 'Version: 1'],
      ...['Source-IP: 192.0.2.7', 'Reported-Domain: example.org', '', '--b--', ''],
    ].join('\r\n')
    await give(await signedMail(Buffer.from(arf), { domain: SENDER }))
    expect((await client.reportFile.findFirstOrThrow()).original).not.toBeNull()
    await verify()
    expect(await client.reportFile.findFirst()).toMatchObject({ trust: 'verified', original: null })
    await client.reportFile.deleteMany()
    await updateRetention(system, { ...DEFAULT_RETENTION, keepsFailureMail: true })
    const content = await signedMail(Buffer.from(arf), { domain: SENDER })
    await give(content)
    const { id } = await client.reportFile.findFirstOrThrow()
    await expect(requireReportOriginal(system, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await verify()
    expect(Buffer.from((await requireReportOriginal(system, id)).bytes)).toEqual(content)
    expect((await listFailureReports(system, 'example.org')).reports).toMatchObject([{ isMailKept: true }])
    await updateRetention(system, DEFAULT_RETENTION)
    await expect(requireReportOriginal(system, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
