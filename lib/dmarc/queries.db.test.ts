import { describe, expect, it } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { readFileFilter } from '@/lib/dmarc/file-filter'
import { listReportFiles, requireReport } from '@/lib/dmarc/queries'
import { importReport } from '@/lib/dmarc/service'
import { mailOf, reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'

const NOW = new Date('2026-11-22T12:00:00Z')
const system = systemActor('test')
const client = testDb()
let given = 0

async function domain(name: string): Promise<string> {
  const { id } = await client.domain.create({ data: { name, hostedName: { create: { name } } }, select: { id: true } })
  return id
}

async function admin(role: 'domain_admin' | 'reader', domainId?: string): Promise<Actor> {
  const { id } = await client.admin.create({
    data: {
      ...{ email: `${given++}@x.test`, name: 'D', role, passwordHash: '' },
      grants: domainId === undefined ? {} : { create: [{ domainId }] },
    },
  })
  return { kind: 'admin', id, name: 'D', role, sessionId: '', address: null }
}

const give = (name: string, content: string | Buffer) =>
  importReport(system, { name, content: Buffer.from(content) }, () => NOW)

function xml(policyDomain: string, changes: Parameters<typeof sampleReport>[0] = {}): string {
  const base = sampleReport()
  const begin = NOW.getTime() / 1000 - 86_400
  const metadata = { ...base.metadata, reportId: `r${given++}`, begin, end: begin + 3_600 }
  return reportXml(sampleReport({ metadata, policy: { ...base.policy, domain: policyDomain }, ...changes }))
}

function tls(...domains: string[]): string {
  const policy = (policyDomain: string) => ({
    policy: { 'policy-type': 'sts', 'policy-string': [], 'policy-domain': policyDomain },
    summary: { 'total-successful-session-count': 5, 'total-failure-session-count': 2 },
  })
  return JSON.stringify({
    'organization-name': 'Sender Inc.',
    'date-range': { 'start-datetime': '2026-11-21T00:00:00Z', 'end-datetime': '2026-11-21T23:59:59Z' },
    'contact-info': 'tls@sender.test',
    'report-id': `t${given++}`,
    policies: domains.map(policy),
  })
}

function failure(about: string): Buffer {
  const report = `Feedback-Type: auth-failure\r\nReported-Domain: ${about}\r\nSource-IP: 192.0.2.1\r\n`
  const attachment = { type: 'message/feedback-report', data: Buffer.from(report), encoding: '7bit' as const }
  return mailOf([attachment], `X-Number: ${given++}\r\n`)
}

const listed = async (actor: Actor, filter: Parameters<typeof listReportFiles>[1] = {}) =>
  (await listReportFiles(actor, filter)).files.map(({ name }) => name)

describe('the list of report files', () => {
  it('says of each kind who reports on what', async () => {
    await domain('own.test')
    await domain('second.test')
    await give('a', xml('own.test'))
    await give('t', tls('own.test', 'second.test', 'foreign.test'))
    await give('f', failure('own.test'))
    const { files } = await listReportFiles(system)
    expect(files).toMatchObject([
      { kind: 'failure', report: { id: null, domain: 'own.test', messageCount: 1 }, otherReports: 0 },
      { kind: 'tls', report: { id: null, reporter: 'Sender Inc.', messageCount: 7 }, otherReports: 1 },
      { kind: 'aggregate', report: { reporter: 'receiver.example', messageCount: 3 }, otherReports: 0 },
    ])
    expect(files[2]?.report?.id).not.toBeNull()
  })

  it('shows a domain administrator the files that speak of a granted domain, of each kind, and of these that alone', async () => {
    const own = await domain('own.test')
    await domain('other.test')
    const granted = await admin('domain_admin', own)
    for (const name of ['own.test', 'other.test']) {
      await give(`a-${name}`, xml(name))
      await give(`t-${name}`, tls(name))
      await give(`f-${name}`, failure(name))
    }
    await give('both', tls('other.test', 'own.test'))
    await give('bad', 'no report')
    expect(await listed(granted)).toEqual(['both', 'f-own.test', 't-own.test', 'a-own.test'])
    expect((await listReportFiles(granted)).files[0]).toMatchObject({ report: { domain: 'own.test' }, otherReports: 0 })
    expect(await listed(granted, { domain: 'other.test' })).toEqual([])
    expect(await listed(await admin('domain_admin'))).toEqual([])
    expect(await listed(await admin('reader'))).toHaveLength(8)
    expect(await listed(await admin('reader'), { domain: 'other.test' })).toHaveLength(4)
  })

  it('is narrowed by state, kind and trust, each and together', async () => {
    await domain('own.test')
    await give('good', xml('own.test'))
    await give('tls', tls('own.test'))
    await give('foreign', xml('foreign.test'))
    await give('bad', 'no report')
    await client.reportFile.updateMany({ where: { name: 'tls' }, data: { trust: 'unverified' } })
    expect(await listed(system, { state: 'rejected' })).toEqual(['bad'])
    expect(await listed(system, { kind: 'aggregate' })).toEqual(['foreign', 'good'])
    expect(await listed(system, { trust: 'unverified' })).toEqual(['tls'])
    expect(await listed(system, { kind: 'aggregate', state: 'stored' })).toEqual(['good'])
    expect(await listed(system, { kind: 'failure' })).toEqual([])
    expect(await listed(system, readFileFilter({ state: 'nonsense', kind: '', trust: "'" }))).toHaveLength(4)
  })

  it('pages through a filter without leaving a file out', async () => {
    for (let number = 0; number < 60; number++) await give(`bad${number}`, `no report ${number}`)
    const first = await listReportFiles(system, { state: 'rejected' })
    const second = await listReportFiles(system, { state: 'rejected', ...(first.next ? { before: first.next } : {}) })
    expect([first.files.length, second.files.length, second.next]).toEqual([50, 10, null])
    expect(new Set([...first.files, ...second.files].map(({ name }) => name)).size).toBe(60)
  })

  it('offers to try again what failed and was kept, to those who may give reports', async () => {
    const failed = { state: 'failed', reason: 'unexpected', sizeBytes: 1, actorName: 'test' }
    await client.reportFile.createMany({
      data: [
        { ...failed, name: 'kept', sha256: '1', original: Buffer.from('x') },
        { ...failed, name: 'lost', sha256: '2' },
      ],
    })
    const canRetry = async (actor: Actor) => (await listReportFiles(actor)).files.map((file) => file.canRetry)
    expect((await canRetry(system)).filter(Boolean)).toHaveLength(1)
    expect(await canRetry(await admin('reader'))).toEqual([false, false])
  })
})

describe('a report', () => {
  it('gives its rows with all that was read of them, and what it says of itself', async () => {
    await domain('own.test')
    const comment = { text: 'arc=pass', lang: 'en' }
    const record = sampleRecord({
      ...{ headerFrom: 'own.test', envelopeFrom: 'bounce.test', envelopeTo: 'to.test' },
      ...{ reasons: [{ type: 'forwarded', comment }], disposition: 'none', dkim: 'fail' },
      dkimResults: [{ domain: 'x.test', selector: 's', result: 'fail', humanResult: { text: 'bad', lang: null } }],
    })
    const { reportId } = await give('a', xml('own.test', { records: [record] }))
    const report = await requireReport(system, reportId ?? '')
    expect(report.rows).toMatchObject([
      {
        ...{ headerFrom: 'own.test', envelopeFrom: 'bounce.test', envelopeTo: 'to.test', isDkimAligned: false },
        ...{ reasons: [{ type: 'forwarded', comment }], dkimResults: [{ domain: 'x.test', selector: 's' }] },
      },
    ])
    expect(report).toMatchObject({
      policy: { p: 'none', sp: null, adkim: 'r', pct: 100 },
      metadata: { orgName: 'receiver.example', format: 'rfc7489' },
      file: { trust: 'none', trustReason: null },
      unreadableRecords: 0,
    })
  })
})
