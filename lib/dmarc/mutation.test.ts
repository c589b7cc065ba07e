import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readReportFile } from '@/lib/dmarc/read-file'
import { mailOf, reportXml, sampleReport, zipOf } from '@/lib/dmarc/testing'

const MEBIBYTE = 1024 * 1024
const BUDGET_MS = 4_000
const now = Date.parse('2026-11-22T12:00:00Z')
const root = fileURLToPath(new URL('../..', import.meta.url))
const corpus = process.env.POSTHOUSE_CORPUS ?? join(root, '..', 'shared', 'corpus')

/** A generator of numbers below `limit` that gives the same ones on every run (Park and Miller). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647
    return limit < 1 ? 0 : state % limit
  }
}

const PIECES = [
  '<',
  '>',
  '&',
  '<record>',
  '</row>',
  '<feedback>',
  ']]>',
  '<!--',
  '\0',
  '\ufeff',
  '-1',
  '9'.repeat(30),
  '\r\n\r\n',
  '--=_part',
  '{',
  '[',
]

function mutate(bytes: Buffer, random: (limit: number) => number): Buffer {
  const at = random(bytes.length)
  const length = random(Math.min(200, bytes.length - at))
  const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)]
  switch (random(5)) {
    case 0:
      return Buffer.concat([before, after])
    case 1:
      return Buffer.concat([before, middle, middle, middle, after])
    case 2:
      return before
    case 3:
      return Buffer.concat([before, Buffer.from(PIECES[random(PIECES.length)] ?? ''), middle, after])
    default:
      return Buffer.concat([before, Buffer.from(middle.map((byte) => byte ^ (1 << random(8)))), after])
  }
}

function samples(): Buffer[] {
  const xml = Buffer.from(reportXml(sampleReport()))
  const own = ['rfc9990.xml', 'rfc7489-odd.xml'].map((name) => readFileSync(new URL(`golden/${name}`, import.meta.url)))
  const tls = Buffer.from(
    '{"organization-name":"a","date-range":{"start-datetime":"2026-11-20T00:00:00Z","end-datetime":"2026-11-20T23:59:59Z"},"report-id":"1","policies":[{"policy":{"policy-type":"sts"},"summary":{"total-successful-session-count":1,"total-failure-session-count":0}}]}',
  )
  const archives = [gzipSync(xml), zipOf([{ name: 'r.xml', data: xml }])]
  const real = existsSync(corpus)
    ? readdirSync(corpus, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => statSync(path).size < 100_000)
        .map((path) => readFileSync(path))
    : []
  return [
    xml,
    ...own,
    tls,
    ...archives,
    ...archives.map((data) => mailOf([{ type: 'application/gzip', data }])),
    ...real,
  ]
}

describe('a report with random damage', () => {
  it('is taken or refused, never a crash, a hang or growing memory', { timeout: 30_000 }, async () => {
    const random = randomFrom(20_261_122)
    const originals = samples()
    const states = { valid: 0, rejected: 0, failed: 0 }
    let slowest = 0
    const before = process.memoryUsage().rss
    const end = performance.now() + BUDGET_MS
    for (let round = 0; performance.now() < end; round += 1) {
      let bytes = originals[round % originals.length] ?? Buffer.alloc(0)
      for (let times = random(4); times >= 0; times -= 1) bytes = mutate(bytes, random)
      const start = performance.now()
      const reading = await readReportFile(bytes, { now })
      slowest = Math.max(slowest, performance.now() - start)
      states[reading.state] += 1
    }
    expect(states.failed).toBe(0)
    expect(states.valid).toBeGreaterThan(10)
    expect(states.rejected).toBeGreaterThan(100)
    expect(slowest).toBeLessThan(5_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEBIBYTE)
  })
})
