import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import type { AdminRole } from '@/lib/db/generated/enums'
import { testDb } from '@/lib/db/testing'
import { requireReportOriginal } from '@/lib/dmarc/queries'
import { importReport } from '@/lib/dmarc/service'
import { reportXml, sampleReport } from '@/lib/dmarc/testing'

const NOW = new Date('2026-11-22T12:00:00Z')
const db = testDb()
const system = systemActor('test')

const domain = async (name: string) => (await db.domain.create({ data: { name, hostedName: { create: { name } } } })).id

async function admin(role: AdminRole, ...domainIds: string[]): Promise<Actor> {
  const grants = { create: domainIds.map((domainId) => ({ domainId })) }
  const row = await db.admin.create({
    data: { email: `${crypto.randomUUID()}@x.example`, name: role, role, passwordHash: '', grants },
  })
  return { kind: 'admin', id: row.id, name: row.name, role, sessionId: 'none', address: null }
}

async function give(content: Buffer): Promise<string> {
  await importReport(system, { name: 'report', content }, () => NOW)
  const row = await db.reportFile.findFirstOrThrow({ orderBy: { id: 'desc' } })
  return row.id
}

function tls(...domains: string[]): Buffer {
  const summary = { 'total-successful-session-count': 1, 'total-failure-session-count': 0 }
  return Buffer.from(
    JSON.stringify({
      ...{ 'organization-name': 'R', 'report-id': domains.join() },
      'date-range': { 'start-datetime': '2026-11-20T00:00:00Z', 'end-datetime': '2026-11-20T23:59:59Z' },
      policies: domains.map((name) => ({ policy: { 'policy-type': 'sts', 'policy-domain': name }, summary })),
    }),
  )
}

const NONE = { code: 'NOT_FOUND' }

test('the original is what was given, byte for byte, packed as it was', async () => {
  await domain('example.org')
  const report = sampleReport()
  const xml = reportXml({ ...report, policy: { ...report.policy, domain: 'example.org' } })
  for (const content of [gzipSync(xml), tls('example.org')]) {
    const id = await give(content)
    const { name, bytes } = await requireReportOriginal(system, id, NOW)
    expect(name).toBe('report')
    expect(Buffer.from(bytes).equals(content)).toBe(true)
  }
})

test('a file that speaks of several domains is for those who may see all of them', async () => {
  const [one, other] = [await domain('one.test'), await domain('other.test')]
  const both = await give(tls('one.test', 'other.test'))
  const foreign = await give(tls('one.test', 'elsewhere.test'))
  const own = await give(tls('one.test'))
  const read = (actor: Actor, id: string) => requireReportOriginal(actor, id, NOW)
  const [ofOne, ofBoth] = [await admin('domain_admin', one), await admin('domain_admin', one, other)]
  await expect(read(ofOne, both)).rejects.toMatchObject(NONE)
  await expect(read(ofOne, foreign)).rejects.toMatchObject(NONE)
  await expect(read(ofOne, own)).resolves.toBeDefined()
  await expect(read(ofBoth, both)).resolves.toBeDefined()
  await expect(read(ofBoth, foreign)).rejects.toMatchObject(NONE)
  await expect(read(await admin('domain_admin'), own)).rejects.toMatchObject(NONE)
  for (const role of ['owner', 'operator', 'reader'] as const)
    for (const id of [both, foreign, own]) await expect(read(await admin(role), id)).resolves.toBeDefined()
})

test('what is no report of ours has no original, and what was not kept neither', async () => {
  const id = await domain('example.org')
  await expect(requireReportOriginal(system, await give(Buffer.from('nothing')), NOW)).rejects.toMatchObject(NONE)
  await expect(requireReportOriginal(system, 'x', NOW)).rejects.toMatchObject(NONE)
  const file = await give(tls('example.org'))
  await db.domain.update({ where: { id }, data: { deletedAt: NOW } })
  await expect(requireReportOriginal(system, file, NOW)).rejects.toMatchObject(NONE)
})
