import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyProgram } from './files'

test('a copy of a program runs from its own place and is made anew while it runs', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthouse-copy-'))
  const copy = copyProgram('/usr/bin/sleep', dir)
  const child = spawn(copy, ['60'])
  try {
    await once(child, 'spawn')
    expect(readlinkSync(`/proc/${child.pid}/exe`)).toBe(join(dir, 'bin', 'sleep'))
    expect(copyProgram('/usr/bin/sleep', dir)).toBe(copy)
    expect(readFileSync(copy).equals(readFileSync('/usr/bin/sleep'))).toBe(true)
  } finally {
    child.kill()
    await once(child, 'exit')
    rmSync(dir, { recursive: true })
  }
})
