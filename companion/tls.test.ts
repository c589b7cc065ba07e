import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureNextKey } from './tls'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthouse-tls-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a next key is made for nobody else to read, once, and again when a renewal has taken it', () => {
  const file = join(folder, 'next-key.pem')
  ensureNextKey(folder)
  const first = readFileSync(file, 'utf8')
  expect(execFileSync('openssl', ['pkey', '-noout', '-text'], { input: first, encoding: 'utf8' })).toContain('P-256')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  ensureNextKey(folder)
  expect(readFileSync(file, 'utf8')).toBe(first)
  rmSync(file)
  ensureNextKey(folder)
  expect(readFileSync(file, 'utf8')).not.toBe(first)
})
