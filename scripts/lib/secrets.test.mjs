import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { workerPublicKey as workerPublicKeyOfLib } from '@/lib/secrets/seal'
import { readSecrets, workerPublicKey } from './secrets.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthouse-secrets-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('gives the panel the public key that the worker opens with', () => {
  expect(workerPublicKey('a secret of the worker')).toBe(workerPublicKeyOfLib('a secret of the worker'))
})

it('makes the secrets once, readable by their owner alone', () => {
  const first = readSecrets(folder)
  expect(Object.values(first).every((value) => value.length >= 43)).toBe(true)
  expect(readSecrets(folder)).toEqual(first)
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8'))).toEqual(first)
})
