import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { selfSigned } from '@/lib/checks/testing/tls-files'
import { tlsKeys } from './tls-keys'

let folder: string
const logged: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthouse-keys-'))
  logged.length = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const said = () => tlsKeys(folder, (_level, event, fields) => void logged.push(`${event} ${JSON.stringify(fields)}`))
const put = (name: string, text: string) => writeFileSync(join(folder, name), text)

/** The digest by OpenSSL's own commands. */
function digestOf(privateKey: string): string {
  const spki = execFileSync('openssl', ['pkey', '-pubout', '-outform', 'der'], { input: privateKey })
  return createHash('sha256').update(spki).digest('hex')
}

test('the served certificate and the next key are told by their public keys', () => {
  const [now, next] = [selfSigned('mx1.host.test'), selfSigned('next.host.test')]
  put('cert.pem', `${now.cert}${next.cert}`)
  put('next-key.pem', next.key)
  expect(said()).toEqual({ served: digestOf(now.key), next: digestOf(next.key) })
  expect(logged).toEqual([])
})

test('no file is no key; one that cannot be read is none either, and is logged without what is in it', () => {
  expect(said()).toEqual({ served: null, next: null })
  expect(logged).toEqual([])
  put('cert.pem', 'secret text')
  put('next-key.pem', selfSigned('mx1.host.test').key.slice(0, 60))
  expect(said()).toEqual({ served: null, next: null })
  expect(logged.map((line) => /^tls key unreadable .*"[^"]*\/([a-z-]+\.pem)"/.exec(line)?.[1])).toEqual([
    'cert.pem',
    'next-key.pem',
  ])
  expect(logged.join()).not.toContain('secret')
})
