/**
 * Storing DMARC reports: 2,000 small ones as mails and as xml.gz, one of 5,000 and one of 50,000 records with the memory
 * that takes; verification of mails, apart from storing; what is refused, by time of the processor and memory, each in a process of its own.
 *
 * Needs: database
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createGzip, gzipSync } from 'node:zlib'
import { measure, type Row } from '@/bench/report'
import { mailed, ReportSet } from '@/bench/report-set'
import { systemActor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'
import { importReports } from '@/lib/dmarc/service'
import { reportXml, sampleReport, zipOf } from '@/lib/dmarc/testing'
import { keysOf, signedMail } from '@/lib/dmarc/trust/testing'
import { verifyPendingMail } from '@/lib/dmarc/trust/verify-pending'

const SMALL = 2_000
/** So many are verified, apart from storing. */
const VERIFIED = 500
/** Of the From line of the mails. */
const SENDER = 'receiver.example'
const LARGE = [5_000, 50_000]
const MEBIBYTE = 2 ** 20
const DAY_SECONDS = 86_400
const actor = systemActor('bench')
const firstDay = Math.floor(Date.now() / 1000 / DAY_SECONDS - 300) * DAY_SECONDS

const name = (at: number) => `d${at}.bench.test`
for (let at = 0; at < 5; at++)
  await db().domain.create({ data: { name: name(at), hostedName: { create: { name: name(at) } } } })

/** Stores them all; gives seconds and the growth of memory (resident, at its peak, MiB). */
async function store(files: readonly Buffer[]): Promise<{ seconds: number; growth: number }> {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let peak = before
  const look = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
  const startedAt = performance.now()
  const inputs = files.map((content, at) => ({ name: `${at}`, content }))
  for await (const { state, reason } of importReports(actor, inputs))
    if (state !== 'stored') throw new Error(`a report was ${state}: ${reason}`)
  const seconds = (performance.now() - startedAt) / 1000
  clearInterval(look)
  return { seconds, growth: (Math.max(peak, process.memoryUsage().rss) - before) / MEBIBYTE }
}

const reports = (domain: number, count: number) => {
  const set = new ReportSet(name(domain), firstDay, 42)
  return Array.from({ length: count }, () => set.next())
}

/** What reading the file takes in a fresh process: milliseconds of the processor and growth of memory at its peak, MiB. */
async function refuse(file: string): Promise<{ state: string; milliseconds: number; growth: number }> {
  const probe = fileURLToPath(new URL('./read-probe.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', probe, file])
  return JSON.parse(stdout) as { state: string; milliseconds: number; growth: number }
}

async function gzipOfZeros(mebibytes: number): Promise<Buffer> {
  const stream = createGzip({ level: 9 })
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.write('<?xml version="1.0"?><feedback><!--')
  for (let at = 0; at < mebibytes; at++)
    if (!stream.write(Buffer.alloc(MEBIBYTE, 0x20))) await new Promise((resolve) => stream.once('drain', resolve))
  await new Promise<void>((resolve) => stream.end(resolve))
  return Buffer.concat(chunks)
}

async function bombs(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'posthouse-bombs-'))
  try {
    const xml = reportXml(sampleReport())
    const packed = await gzipOfZeros(300)
    const entities = Array.from({ length: 9 }, (_item, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`)
    const laughs = `<!DOCTYPE l [<!ENTITY l0 "l">${entities.join('')}]>${xml.slice(xml.indexOf('<feedback')).replace('receiver.example', '&l9;')}`
    const zip = { name: 'r.xml', data: Buffer.alloc(0), deflated: packed.subarray(10, -8), claimedSize: 300 * MEBIBYTE }
    const files = { 'gzip of 300 MiB': packed, 'zip of 300 MiB': zipOf([zip]), 'billion laughs': gzipSync(laughs) }
    const rows: Row[] = []
    for (const [what, content] of Object.entries(files)) {
      const file = join(folder, 'bomb')
      writeFileSync(file, content)
      const { state, milliseconds, growth } = await refuse(file)
      if (state !== 'rejected') throw new Error(`${what} was ${state}`)
      rows.push({ what: `${what}: refused in`, size: `${content.length} bytes`, samples: [milliseconds], bound: 200 })
      rows.push({ what: `${what}: memory`, size: `${content.length} bytes`, samples: [growth], unit: 'MiB', bound: 50 })
    }
    return rows
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Verifies mails that were stored as signed, with the key at hand: mails a second. */
async function verify(mails: readonly Buffer[]): Promise<number> {
  const signed = await Promise.all(mails.map((mail) => signedMail(mail, { domain: SENDER })))
  await db().reportFile.updateMany({ where: { trust: 'pending' }, data: { nextTryAt: new Date('2999-01-01') } })
  await store(signed)
  const deps = { resolver: keysOf([SENDER]), clock: () => new Date() }
  const startedAt = performance.now()
  while (await verifyPendingMail(deps));
  const seconds = (performance.now() - startedAt) / 1000
  const verified = await db().reportFile.count({ where: { trust: { in: ['verified', 'unverified'] } } })
  if (verified !== mails.length) throw new Error(`${verified} of ${mails.length} mails were verified`)
  return mails.length / seconds
}

const rows: Row[] = []
await store([new ReportSet(name(3), firstDay, 7).next()])
const small = { mails: reports(0, SMALL).map(mailed), 'xml.gz': reports(1, SMALL).map((xml) => gzipSync(xml)) }
for (const [kind, files] of Object.entries(small)) {
  const { seconds } = await store(files)
  rows.push({ what: `stored as ${kind}`, size: `${SMALL} reports`, samples: [SMALL / seconds], unit: 'reports/s' })
}
const mails = reports(4, VERIFIED).map(mailed)
const verification = { what: 'verification of report mail', size: `${VERIFIED} mails`, unit: 'mails/s' }
rows.push({ ...verification, samples: [await verify(mails)] })
const set = new ReportSet(name(2), firstDay, 43)
for (const records of LARGE) {
  const { seconds, growth } = await store([gzipSync(set.next(records))])
  rows.push({ what: 'stored', size: `${records} records`, samples: [records / seconds], unit: 'records/s' })
  rows.push({ what: 'growth of memory', size: `${records} records`, samples: [growth], unit: 'MiB' })
}
measure('reports', [...rows, ...(await bombs())])
await db().$disconnect()
process.exit()
