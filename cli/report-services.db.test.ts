import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { main } from '@/cli/main'
import { testDb } from '@/lib/db/testing'
import { storedServiceFinder } from '@/lib/dmarc/sources/service-list'

const client = testDb()
const folder = mkdtempSync(join(tmpdir(), 'posthouse-services-'))
afterAll(() => rmSync(folder, { recursive: true }))

let out = ''
let err = ''
const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) }
beforeEach(() => {
  out = ''
  err = ''
})

async function give(list: unknown): Promise<number> {
  const file = join(folder, 'list.json')
  writeFileSync(file, JSON.stringify(list))
  return main(['reports', 'services', '--import', file], io)
}

const nameOf = async (host: string) => (await storedServiceFinder())(host)?.name ?? null

test('the list of services can be brought up to date, and taken back', async () => {
  const added = { id: 'new-mailer', name: 'New Mailer', domains: ['Mailer.Example'], include: 'spf.mailer.example' }
  const list = [
    added,
    { id: 'sendgrid', name: 'SendGrid', domains: [] },
    { id: 'google', name: 'Alphabet', domains: ['google.com'] },
  ]
  expect(await give(list)).toBe(0)
  expect(out).toContain('new-mailer\tNew Mailer\tmailer.example\n')
  expect([await nameOf('o1.mailer.example'), await nameOf('x.sendgrid.net'), await nameOf('mx.google.com')]).toEqual([
    ...['New Mailer', null, 'Alphabet'],
  ])
  expect(await client.auditEntry.count({ where: { action: 'setting:report-services' } })).toBe(1)
  expect(await main(['reports', 'services', '--reset'], io)).toBe(0)
  expect([await nameOf('o1.mailer.example'), await nameOf('x.sendgrid.net')]).toEqual([null, 'SendGrid'])
})

test.each([
  ['no list', { id: 'a' }, 'the list: '],
  ['no domain', [{ id: 'a', name: 'A', domains: ['a b'] }], '0.domains.0: not a domain name'],
  ['a top-level domain', [{ id: 'a', name: 'A', domains: ['com'] }], '0.domains.0: not a domain name'],
  ['an id twice', ['a', 'a'].map((id) => ({ id, name: 'A', domains: [] })), 'the list: an id stands there twice'],
  ['a name with control characters', [{ id: 'a', name: 'A\u202eB', domains: [] }], '0.name: a name holds no control'],
])('%s is refused and changes nothing', async (_what, list, words) => {
  expect(await give(list)).toBe(1)
  expect(err).toContain(words)
  expect(await client.setting.count()).toBe(0)
})
