import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { main } from '@/cli/main'
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
  const exitCode = await main(['reports', ...args], { out: (text) => (out += text), err: (text) => (err += text) })
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

  it('reads the mails of an mbox and of a Maildir, and all that lies in a folder', async () => {
    const report = gzipSync(reportXml(sampleReport())).toString('base64')
    const mail = `From: a@example.net\r\nSubject: Report\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n${report}\r\n`
    const mbox = `From a@example.net Sun Nov 22 12:00:00 2026\n${mail}\nFrom b@example.net Sun Nov 22 12:00:01 2026\nSubject: none\n\n>From here on nothing\n`
    const tree = join(folder, 'tree')
    for (const name of ['maildir/cur', 'maildir/new', 'maildir/tmp', 'maildir/.Old/cur', 'maildir/.Old/new'])
      mkdirSync(join(tree, name), { recursive: true })
    writeFileSync(join(tree, 'maildir/new/1.a'), mail)
    writeFileSync(join(tree, 'maildir/cur/2.b:2,S'), 'Subject: hello\n\nno report')
    writeFileSync(join(tree, 'maildir/tmp/3.c'), 'half writ')
    writeFileSync(join(tree, 'maildir/dovecot.index'), 'an index')
    writeFileSync(join(tree, 'maildir/.Old/cur/4.d:2,'), mail)
    writeFileSync(join(tree, 'reports.mbox'), mbox)
    symlinkSync(tree, join(tree, 'round'))
    const { out, exitCode } = await run('parse', '--json', tree)
    const lines = out.trimEnd().split('\n')
    const found = lines.map((line) => JSON.parse(line) as { file: string; state: string })
    expect(found.map(({ file: path, state }) => [path.slice(tree.length + 1), state])).toEqual([
      ['maildir/new/1.a', 'valid'],
      ['maildir/cur/2.b:2,S', 'rejected'],
      ['maildir/.Old/cur/4.d:2,', 'valid'],
      ['reports.mbox#1', 'valid'],
      ['reports.mbox#2', 'rejected'],
    ])
    expect(exitCode).toBe(1)
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

  it.each([[['parse']], [['parse', '--yaml', 'x']], [['import']]])('ends with 2 and the usage for %j', async (args) => {
    const { exitCode, out, err } = await run(...args)
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain('usage: posthouse reports')
  })

  it('explains itself with --help', async () => {
    expect((await run('parse', '--help')).out).toContain('Exit code')
  })

  it('needs no environment and no database', { timeout: 30_000 }, () => {
    const root = fileURLToPath(new URL('..', import.meta.url))
    const code = `import { main } from '@/cli/main'
      process.exitCode = await main(["reports", 'parse', '--json', ${JSON.stringify(good)}], { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) })`
    const script = file('alone.mts', code)
    const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'production' as const }
    const done = spawnSync(process.execPath, ['--import', 'tsx', script], { cwd: root, env, encoding: 'utf8' })
    expect(done.stderr).toBe('')
    expect(done.status).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ state: 'valid' })
  })
})
