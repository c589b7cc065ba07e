import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeLock } from './lock.mjs'
import { endProcess, isAlive, leftBehind, startChild, startTime } from './processes.mjs'

let folder = ''
let started = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthouse-processes-'))
})
afterEach(async () => {
  for (const entry of started) await endProcess(entry, 'SIGKILL', 2_000)
  started = []
  rmSync(folder, { recursive: true, force: true })
})

function start(name, script) {
  const log = join(folder, `${name}.log`)
  const options = {
    name,
    runFolder: folder,
    log,
    command: process.execPath,
    args: ['-e', script],
    env: process.env,
    cwd: folder,
  }
  const entry = startChild(options)
  started.push(entry)
  return entry
}

async function until(condition) {
  for (let tries = 0; tries < 200 && !condition(); tries += 1) await sleep(25)
  expect(condition()).toBe(true)
}

describe('a child', () => {
  it('is found by its pid file after its starter was killed, and ended', async () => {
    const entry = start('sleeper', 'setInterval(() => {}, 1000)')
    const [found] = leftBehind(folder)
    expect(found).toMatchObject({ name: 'sleeper', pid: entry.pid, startedAt: entry.startedAt })
    await endProcess(found)
    expect(isAlive(entry)).toBe(false)
    expect(existsSync(entry.file)).toBe(false)
  })

  it('that does not end when asked is killed with all that it started', async () => {
    const stubborn = `process.on('SIGTERM', () => {})
      const grandchild = require('child_process').spawn('sleep', ['60'])
      console.log(grandchild.pid)
      setInterval(() => {}, 1000)`
    const entry = start('stubborn', stubborn)
    await until(() => readFileSync(entry.log, 'utf8').includes('\n'))
    const grandchild = Number(readFileSync(entry.log, 'utf8'))
    await endProcess(entry, 'SIGTERM', 200)
    expect(isAlive(entry)).toBe(false)
    await until(() => startTime(grandchild) === null)
  })

  it('is never mistaken for another process that got its number', async () => {
    const entry = start('sleeper', 'setInterval(() => {}, 1000)')
    writeFileSync(join(folder, 'old.pid'), `${entry.pid} 1\n`)
    expect(leftBehind(folder).map(({ name }) => name)).toEqual(['sleeper'])
    await endProcess({ ...entry, startedAt: '1', file: undefined })
    expect(isAlive(entry)).toBe(true)
  })
})

describe('a lock', () => {
  it('is held by one', () => {
    const release = takeLock(folder, 'a.lock', 'It runs already')
    expect(() => takeLock(folder, 'a.lock', 'It runs already')).toThrow(`It runs already (process ${process.pid}).`)
    release()
    takeLock(folder, 'a.lock', 'It runs already')()
  })

  it('of a process that has ended counts for nothing', () => {
    writeFileSync(join(folder, 'a.lock'), `${process.pid} 1\n`)
    expect(() => takeLock(folder, 'a.lock', 'It runs already')()).not.toThrow()
  })
})
