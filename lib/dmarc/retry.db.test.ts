import { describe, expect, it } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { importReport, retryFailedFiles, retryReportFile } from '@/lib/dmarc/service'
import { reportXml, sampleReport } from '@/lib/dmarc/testing'

const NOW = new Date('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const system = systemActor('test')
const client = testDb()
const at = (minutes: number) => () => new Date(NOW.getTime() + minutes * MINUTE)

function xml(): Buffer {
  const base = sampleReport()
  const begin = NOW.getTime() / 1000 - 86_400
  return Buffer.from(
    reportXml({ ...base, metadata: { ...base.metadata, reportId: 'poison', begin, end: begin + 3_600 } }),
  )
}

/** While `work` runs the database refuses to store a report. */
async function whileBroken(work: () => Promise<void>): Promise<void> {
  await client.$executeRaw`ALTER TABLE dmarc_report ADD CONSTRAINT broken_for_a_test CHECK (report_id <> 'poison')`
  try {
    await work()
  } finally {
    await client.$executeRaw`ALTER TABLE dmarc_report DROP CONSTRAINT broken_for_a_test`
  }
}

async function setUp(): Promise<void> {
  await client.domain.create({ data: { name: 'example.org', hostedName: { create: { name: 'example.org' } } } })
}

const give = (actor: Actor = system) => importReport(actor, { name: 'r.xml', content: xml() }, at(0))
const file = () => client.reportFile.findFirstOrThrow()

describe('a file that failed', () => {
  it('is kept with its original and tried again later and later, then stored as if it had come then', async () => {
    await setUp()
    await whileBroken(async () => {
      expect(await give()).toMatchObject({ state: 'failed', reason: 'unexpected' })
      const first = await file()
      expect(first).toMatchObject({ state: 'failed', kind: 'aggregate', attempts: 1, nextTryAt: at(1)() })
      expect(first.original).not.toBeNull()
      await retryFailedFiles(at(0.5))
      expect(await file()).toMatchObject({ attempts: 1 })
      await retryFailedFiles(at(1))
      expect(await file()).toMatchObject({ id: first.id, attempts: 2, nextTryAt: at(6)(), receivedAt: NOW })
    })
    await retryFailedFiles(at(6))
    expect(await file()).toMatchObject({ state: 'stored', name: 'r.xml', actorName: 'test', receivedAt: NOW })
    expect(await client.dmarcReport.count()).toBe(1)
  })

  it('is left alone after the last try, but for who asks', async () => {
    await setUp()
    await whileBroken(async () => {
      await give()
      for (let tries = 0; tries < 8; tries++) await retryFailedFiles(at(tries * 1_000 + 1))
      expect(await file()).toMatchObject({ state: 'failed', attempts: 6, nextTryAt: null })
    })
    const { id } = await file()
    expect(await retryReportFile(system, { id })).toMatchObject({ state: 'stored', domain: 'example.org' })
    await expect(retryReportFile(system, { id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('of a domain administrator is tried again by them alone, with their eyes', async () => {
    await setUp()
    await client.domain.create({ data: { name: 'theirs.example', hostedName: { create: { name: 'theirs.example' } } } })
    const admin = (name: string): Actor => ({
      ...{ kind: 'admin', id: crypto.randomUUID(), name, role: 'domain_admin', sessionId: 'none', address: null },
    })
    const one = await client.admin.create({
      data: { email: 'a@a.example', name: 'A', role: 'domain_admin', passwordHash: '', grants: { create: [] } },
    })
    const own = await client.domain.findUniqueOrThrow({ where: { name: 'example.org' } })
    await client.admin.update({ where: { id: one.id }, data: { grants: { create: { domainId: own.id } } } })
    const giver: Actor = { ...admin('A'), id: one.id } as Actor
    await whileBroken(async () => {
      expect(await give(giver)).toMatchObject({ state: 'failed' })
      await retryFailedFiles(at(10_000))
      expect(await file()).toMatchObject({ attempts: 1, nextTryAt: null })
    })
    const { id } = await file()
    await expect(retryReportFile(admin('B'), { id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await retryReportFile(giver, { id })).toMatchObject({ state: 'stored' })
  })

  it('cannot be tried again where its original was not kept', async () => {
    const row = { name: 'r', sha256: 'x', state: 'failed', sizeBytes: 1, actorName: 'test' }
    const { id } = await client.reportFile.create({ data: row })
    await expect(retryReportFile(system, { id })).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
