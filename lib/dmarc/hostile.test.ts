import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGzip, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportXml, sampleReport, zipOf } from '@/lib/dmarc/testing'

const MEBIBYTE = 1024 * 1024
const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Reads one file in a process of its own and says what that took: time of the processor, so that other work on the machine
 * does not count, and growth of memory (peak, bytes).
 */
const PROBE = `
import { readFileSync } from 'node:fs'
import { readReportFile } from '@/lib/dmarc/read-file'
const now = Date.parse('2026-11-22T12:00:00Z')
await readReportFile(Buffer.from('<warm/>'), { now })
const bytes = readFileSync(process.argv[2] ?? '')
const before = process.resourceUsage().maxRSS
const start = process.cpuUsage()
const { kind, state, reason } = await readReportFile(bytes, { now })
const { user, system } = process.cpuUsage(start)
const milliseconds = (user + system) / 1000
console.log(JSON.stringify({ kind, state, reason, milliseconds, growth: (process.resourceUsage().maxRSS - before) * 1024 }))
`

interface Measured {
  kind: string | null
  state: string
  reason: string | null
  milliseconds: number
  growth: number
}

const xml = reportXml(sampleReport())
const record = /<record>.*<\/record>/s.exec(xml)?.[0] ?? ''

async function gzipOf(piece: Buffer, times: number, head = ''): Promise<Buffer> {
  const stream = createGzip({ level: 9 })
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.write(head)
  for (let at = 0; at < times; at += 1) {
    if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve))
  }
  await new Promise((resolve) => stream.end(resolve))
  return Buffer.concat(chunks)
}

function laughs(): Buffer {
  const entities = Array.from({ length: 9 }, (_item, at) => `<!ENTITY lol${at + 1} "${`&lol${at};`.repeat(10)}">`)
  return Buffer.from(
    `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol0 "lol">${entities.join('')}]>${xml.slice(xml.indexOf('<feedback')).replace('receiver.example', '&lol9;')}`,
  )
}

describe('a hostile file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthouse-hostile-'))
  const probe = join(folder, 'probe.mts')
  const files = new Map<string, Buffer>()

  beforeAll(async () => {
    writeFileSync(probe, PROBE)
    const head = xml.slice(0, xml.indexOf('<record>'))
    const mebibyteOfRecords = Buffer.from(record.repeat(Math.ceil(MEBIBYTE / record.length)))
    files.set('gzip of 300 MiB of zeros', await gzipOf(Buffer.alloc(MEBIBYTE), 300))
    const records = await gzipOf(mebibyteOfRecords, 300, head)
    files.set('gzip of 300 MiB of records', records)
    files.set('gzip in a gzip of 300 MiB', gzipSync(files.get('gzip of 300 MiB of zeros') ?? ''))
    // A gzip file is ten bytes of header, the deflated data, and eight of checksum and length.
    const bomb = { name: 'r.xml', data: Buffer.alloc(0), deflated: records.subarray(10, -8) }
    files.set('zip bomb', zipOf([{ ...bomb, claimedSize: 300 * MEBIBYTE }]))
    files.set('zip bomb that lies about its size', zipOf([{ ...bomb, claimedSize: 1000 }]))
    files.set('billion laughs', laughs())
    files.set('billion laughs in a gzip', gzipSync(laughs()))
    files.set('document type of 19 MB', Buffer.from(`<!DOCTYPE a [${'x'.repeat(19_000_000)}`))
    files.set(
      'a million attributes',
      Buffer.from(`<feedback ${Array.from({ length: 1_000_000 }, (_item, at) => `a${at}=""`).join(' ')}/>`),
    )
    files.set('a million open elements', Buffer.from(`<feedback>${'<a>'.repeat(1_000_000)}`))
    files.set('a text of 19 MB', Buffer.from(`<feedback><version>${'x'.repeat(19_000_000)}</version></feedback>`))
    files.set('a comment of 19 MB', Buffer.from(`<feedback><!--${'x'.repeat(19_000_000)}--></feedback>`))
    files.set('five million empty elements', Buffer.from(`<feedback>${'<a/>'.repeat(4_900_000)}`))
    files.set('deep JSON', Buffer.from(`{"policies":${'['.repeat(1_900_000)}`))
    files.set(
      'a mail of a million parts',
      Buffer.from(`Content-Type: multipart/mixed; boundary=a\n\n${'--a\n\n'.repeat(1_000_000)}`),
    )
    files.set(
      'a mail of spaces',
      Buffer.from(`Content-Transfer-Encoding: quoted-printable\n\n${' '.repeat(10_000_000)}x`),
    )
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function measure(name: string): Measured {
    const path = join(folder, 'file')
    writeFileSync(path, files.get(name) ?? '')
    const args = ['--import', 'tsx', '--conditions=react-server', probe, path]
    const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 60_000 })
    if (done.status !== 0) throw new Error(`the probe ended with ${done.status ?? 'a signal'}: ${done.stderr}`)
    return JSON.parse(done.stdout) as Measured
  }

  it.each([
    ['gzip of 300 MiB of zeros', 'too-large'],
    ['gzip of 300 MiB of records', 'too-large'],
    ['gzip in a gzip of 300 MiB', 'ratio-too-high'],
    ['zip bomb', 'too-large'],
    ['zip bomb that lies about its size', 'zip-damaged'],
    ['billion laughs', 'doctype'],
    ['billion laughs in a gzip', 'doctype'],
    ['document type of 19 MB', 'doctype'],
    ['a million attributes', 'xml-too-complex'],
    ['a million open elements', 'xml-too-complex'],
    ['a text of 19 MB', 'xml-too-complex'],
    ['a comment of 19 MB', 'xml-too-complex'],
    ['five million empty elements', 'xml-too-complex'],
    ['deep JSON', 'json-too-complex'],
    ['a mail of a million parts', 'mail-too-complex'],
    ['a mail of spaces', 'mail-without-report'],
  ])('is refused within 200 ms and 50 MiB: %s', { timeout: 70_000 }, (name, reason) => {
    // The best of three: a busy machine makes even the time of the processor longer, slowness of ours stays.
    const tries = [measure(name)]
    while (tries.length < 3 && (tries.at(-1)?.milliseconds ?? 0) > 200) tries.push(measure(name))
    expect(tries[0]).toMatchObject({ state: 'rejected', reason })
    expect(Math.min(...tries.map(({ milliseconds }) => milliseconds))).toBeLessThan(200)
    expect(Math.min(...tries.map(({ growth }) => growth))).toBeLessThan(50 * MEBIBYTE)
  })
})
