import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { reportsCommand } from '@/cli/reports'
import { reportXml, sampleReport } from '@/lib/dmarc/testing'

const folder = mkdtempSync(join(tmpdir(), 'posthouse-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const good = file('good.xml.gz', gzipSync(reportXml(sampleReport())))
const bad = file('bad.xml', '<html/>')

async function run(...args: string[]) {
  let out = ''
  let err = ''
  const exitCode = await reportsCommand(args, { out: (text) => (out += text), err: (text) => (err += text) })
  return { exitCode, out, err }
}

describe('posthouse reports parse', () => {
  it('prints one JSON object a line, in the order of the files', async () => {
    const { exitCode, out } = await run('parse', good, bad, join(folder, 'none'), '--json')
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(exitCode).toBe(1)
    expect(lines.map(({ file: path, kind, state, reason }) => [path, kind, state, reason])).toEqual([
      [good, 'aggregate', 'valid', null],
      [bad, null, 'rejected', 'xml-other'],
      [join(folder, 'none'), null, 'failed', 'file-unreadable'],
    ])
    expect(lines[0]).toMatchObject({ report: { policy: { domain: 'example.org' }, totals: { messages: 3 } } })
  })

  it('ends with 0 when every file is valid', async () => {
    expect(await run('parse', '--json', good)).toMatchObject({ exitCode: 0, err: '' })
  })

  it('says a folder cannot be read, and goes on', async () => {
    const { exitCode, out } = await run('parse', '--json', folder, good)
    expect(exitCode).toBe(1)
    expect(out.split('\n')[0]).toContain('"state":"failed"')
    expect(out.split('\n')[1]).toContain('"state":"valid"')
  })

  it('writes words for people, without control characters of the report', async () => {
    const { metadata } = sampleReport()
    const path = file('bell.xml', reportXml(sampleReport({ metadata: { ...metadata, orgName: 'a\u009b31m\u202eb' } })))
    expect((await run('parse', path)).out).toBe(
      `${path}: aggregate report of a\ufffd31m\ufffdb about example.org: 3 messages in 1 records\n`,
    )
    expect((await run('parse', bad)).out).toBe(
      `${bad}: rejected: The XML is not a DMARC aggregate report. [xml-other]\n`,
    )
  })

  it.each([[[]], [['parse']], [['read', 'x']], [['parse', '--yaml', 'x']]])(
    'ends with 2 and the usage for %j',
    async (args) => {
      const { exitCode, out, err } = await run(...args)
      expect([exitCode, out]).toEqual([2, ''])
      expect(err).toContain('Usage: posthouse reports parse')
    },
  )

  it('explains itself with --help', async () => {
    expect(await run('--help')).toMatchObject({ exitCode: 0, err: '' })
    expect((await run('parse', '--help')).out).toContain('Exit code')
  })

  it('needs no environment and no database', { timeout: 30_000 }, () => {
    const root = fileURLToPath(new URL('..', import.meta.url))
    const code = `import { reportsCommand } from '@/cli/reports'
      process.exitCode = await reportsCommand(['parse', '--json', ${JSON.stringify(good)}], { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) })`
    const script = file('alone.mts', code)
    const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'production' as const }
    const done = spawnSync(process.execPath, ['--import', 'tsx', script], { cwd: root, env, encoding: 'utf8' })
    expect(done.stderr).toBe('')
    expect(done.status).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ state: 'valid' })
  })
})
