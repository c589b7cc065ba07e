import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Resolver } from 'node:dns/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '@/companion/command'
import { accepts } from '@/companion/probe-socket'
import { readPidFile } from '@/companion/pid-file'
import { decodePairingCode } from '@/lib/agent-protocol/messages'
import { labAddress, PORTS } from './addresses'
import type { StackReport } from './stack'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
let state: string
const resolvConf = readFileSync('/etc/resolv.conf', 'utf8')

beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'ph-'))
})
afterAll(async () => {
  await current?.end()
  rmSync(state, { recursive: true, force: true })
})

interface Running {
  child: ChildProcess
  report: StackReport
  milliseconds: number
  end: () => Promise<void>
}
let current: Running | undefined

async function start(): Promise<Running> {
  const began = performance.now()
  const args = ['--import', 'tsx', 'companion/native/main.ts', '--state', state]
  const child = spawn(process.execPath, args, { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  const line = await Promise.race([
    once(child.stdout, 'data').then(([chunk]) => String(chunk)),
    once(child, 'exit').then(() => Promise.reject(new Error(words))),
  ])
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  current = { child, report: JSON.parse(line) as StackReport, milliseconds: performance.now() - began, end }
  return current
}

/** Publishes a record as the panel does. */
async function publish({ report }: Running, name: string, text: string): Promise<void> {
  const { server, port, tsigName, tsigAlgorithm, tsigSecret } = report.lab.dns
  const input = `server ${server} ${port}\nzone test.\nupdate add ${name}. 5 TXT "${text}"\nsend\n`
  await runCommand('nsupdate', ['-y', `${tsigAlgorithm}:${tsigName}:${tsigSecret}`], { input })
}

async function lookUp({ report }: Running, name: string): Promise<string[][]> {
  const resolver = new Resolver()
  resolver.setServers([`${report.lab.dns.server}:${report.lab.dns.port}`])
  return resolver.resolveTxt(name)
}

/** Process ids that the pid files name and that live. */
function daemons(): Map<string, number> {
  const found = new Map<string, number>()
  for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    if (!/^(nodes|lab)\/[^/]+\/run\/[^/]+\.pid$/.test(name)) continue
    const pid = readPidFile(join(state, name))
    if (pid !== null) found.set(name, pid)
  }
  return found
}
const isGone = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}

test('starts, survives a crash of a daemon and of itself, keeps everything, and leaves nothing behind', async () => {
  const first = await start()
  expect(first.report.pairing.map((code) => decodePairingCode(code)?.name)).toEqual(['mx1', 'imap1'])
  expect(first.report.lab.probes.map(({ name, grade, isStandIn }) => [name, grade, isStandIn])).toEqual([
    ['probe', 'inside', false],
    ['elsewhere', 'outside', true],
  ])
  expect(readFileSync('/etc/resolv.conf', 'utf8')).toBe(resolvConf)
  const before = daemons()
  expect(before.size).toBe(26)

  // One daemon dies: it is started again, under another number.
  const smtp = { host: labAddress(state, 'mx1'), port: PORTS.smtp }
  const master = before.get('nodes/mx1/run/postfix.pid')
  if (master === undefined) throw new Error('no pid file of Postfix')
  process.kill(master, 'SIGKILL')
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    await sleep(50)
    const now = daemons().get('nodes/mx1/run/postfix.pid')
    if (now !== undefined && now !== master && (await accepts(smtp))) break
  }
  expect(daemons().get('nodes/mx1/run/postfix.pid')).not.toBe(master)
  expect(await accepts(smtp)).toBe(true)

  // A second one on the same folder is refused, and harms nothing.
  await expect(start()).rejects.toThrow(/runs already/)
  current = first

  // It is killed: what it left is ended by the next start, which finds all it had.
  const mail = join(state, 'nodes', 'imap1', 'mail', 'x')
  mkdirSync(mail)
  writeFileSync(join(mail, 'kept'), 'mail')
  await publish(first, 'kept.test', 'a record')
  const orphans = [...daemons().values()]
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const second = await start()
  expect(second.report).toEqual(first.report)
  expect(orphans.filter((pid) => !isGone(pid))).toEqual([])
  expect(readFileSync(join(mail, 'kept'), 'utf8')).toBe('mail')
  expect(await lookUp(second, 'kept.test')).toEqual([['a record']])

  const last = [...daemons().values()]
  expect(last).toHaveLength(26)
  const stopping = performance.now()
  await second.end()
  expect(performance.now() - stopping).toBeLessThan(10_000)
  expect(second.child.exitCode).toBe(0)
  expect(last.filter((pid) => !isGone(pid))).toEqual([])
  expect(await accepts(smtp)).toBe(false)
})

test('says in one line why it cannot start', async () => {
  const closed = mkdtempSync(join(tmpdir(), 'ph-'))
  try {
    const run = (folder: string) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'companion/native/main.ts', '--state', folder], {
        cwd: checkout,
      })
      let words = ''
      child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
      return once(child, 'exit').then(([code]) => ({ code: code as number, words }))
    }
    mkdirSync(join(closed, 'shut'), { mode: 0o700 })
    const shut = await run(join(closed, 'shut', 'state'))
    expect(shut).toEqual({ code: 1, words: expect.stringMatching(/^companion: .*closed to others\n$/) as string })
    const long = await run(join(closed, 'x'.repeat(80)))
    expect(long).toEqual({ code: 1, words: expect.stringMatching(/^companion: .*too long: .*\n$/) as string })
  } finally {
    rmSync(closed, { recursive: true, force: true })
  }
})
