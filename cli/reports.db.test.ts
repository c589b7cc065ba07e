import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { main } from '@/cli/main'
import { testDb } from '@/lib/db/testing'
import { reportXml, sampleReport } from '@/lib/dmarc/testing'

const client = testDb()
const folder = mkdtempSync(join(tmpdir(), 'posthouse-import-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let out: string
let err: string
const io = { out: (text: string) => (out += text), err: (text: string) => (err += text) }
beforeEach(() => {
  out = ''
  err = ''
})

test('a folder of reports is stored, each file by itself, and again it is all duplicates', async () => {
  await client.domain.create({ data: { name: 'example.org', hostedName: { create: { name: 'example.org' } } } })
  const { policy } = sampleReport()
  mkdirSync(join(folder, 'more'))
  writeFileSync(join(folder, 'a.xml.gz'), gzipSync(reportXml(sampleReport())))
  writeFileSync(join(folder, 'b.xml'), reportXml(sampleReport({ policy: { ...policy, domain: 'elsewhere.example' } })))
  writeFileSync(join(folder, 'more', 'c.jpg'), 'no report')
  expect(await main(['reports', 'import', '--json', folder], io)).toBe(1)
  const results = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { state: string; reason: string | null; domain: string | null })
  expect(results.map(({ state, reason, domain }) => [state, reason, domain])).toEqual([
    ['stored', null, 'example.org'],
    ['foreign', 'foreign-domain', null],
    ['rejected', 'not-a-report', null],
  ])
  expect(err).toBe('1 stored, 1 foreign, 1 rejected\n')
  expect(await client.dmarcReport.count()).toBe(1)
  out = ''
  expect(await main(['reports', 'import', join(folder, 'a.xml.gz'), join(folder, 'gone')], io)).toBe(1)
  expect(out).toMatch(/gone: failed: .+\[file-unreadable\]\n.+a\.xml\.gz: duplicate: .+\[duplicate-file\]/)
  expect(await client.dmarcReport.count()).toBe(1)
})

test('what failed is read again on demand, by id or all of it', async () => {
  await client.domain.create({ data: { name: 'example.org', hostedName: { create: { name: 'example.org' } } } })
  writeFileSync(join(folder, 'a.xml.gz'), gzipSync(reportXml(sampleReport())))
  await client.$executeRaw`ALTER TABLE dmarc_report ADD CONSTRAINT broken_for_a_test CHECK (report_id <> 'sample-1')`
  try {
    expect(await main(['reports', 'import', join(folder, 'a.xml.gz')], io)).toBe(1)
    expect(await main(['reports', 'retry', '--all'], io)).toBe(1)
    expect(err).toBe('1 failed\n1 failed\n')
  } finally {
    await client.$executeRaw`ALTER TABLE dmarc_report DROP CONSTRAINT broken_for_a_test`
  }
  const { id } = await client.reportFile.findFirstOrThrow()
  out = ''
  expect(await main(['reports', 'retry', id, '--json'], io)).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ id, file: 'a.xml.gz', state: 'stored', domain: 'example.org' })
  err = ''
  expect(await main(['reports', 'retry', '--all'], io)).toBe(0)
  expect(err).toBe('nothing there\n')
  expect(await main(['reports', 'retry', id], io)).not.toBe(0)
  expect(await main(['reports', 'retry'], io)).toBe(2)
})
