import { beforeEach, expect, test } from 'vitest'
import { main } from '@/cli/main'
import { testDb } from '@/lib/db/testing'
import { lookAfterKeys } from '@/lib/dkim/look-after-keys'
import { FakeZone } from '@/lib/dns/testing/fake-zone'

const client = testDb()
let out: string
let err: string
const io = { out: (text: string) => (out += text), err: (text: string) => (err += text) }
beforeEach(async () => {
  out = ''
  err = ''
  await client.domain.create({ data: { name: 'a.test', hostedName: { create: { name: 'a.test' } } } })
})

test('a rotation is begun, and shown with the record that somebody has to add', async () => {
  expect(await main(['dkim', 'rotate', 'A.test.'], io)).toBe(0)
  expect(out).toMatch(/^s\d{8}-[a-z0-9]{4}\n$/)
  const selector = out.trim()
  await lookAfterKeys(new FakeZone('192.0.2.54', ['192.0.2.101'], 60, 60).deps)
  out = ''
  expect(await main(['dkim', 'show', 'a.test'], io)).toBe(3)
  expect(out).toContain(`generated  ${selector}`)
  expect(out).toContain(`  record   ${selector}._domainkey.a.test TXT\n           v=DKIM1; k=rsa; p=MII`)
  expect(out).toContain('next key: by hand only')
  out = ''
  expect(await main(['dkim', 'show', 'a.test', '--json'], io)).toBe(3)
  expect(JSON.parse(out)).toMatchObject({ selector, state: 'generated', waiting: { for: 'record' } })
  expect(out).not.toContain('PRIVATE')
  expect(await main(['dkim', 'rotate', 'a.test'], io)).toBe(1)
  expect(err).toContain(`A new key is on its way already: ${selector}.`)
})

test('a domain that there is not, and words that are none, are refused', async () => {
  expect(await main(['dkim', 'show', 'b.test'], io)).toBe(1)
  expect(await main(['dkim', 'show'], io)).toBe(2)
  expect(await main(['dkim', 'rotate', 'no domain'], io)).toBe(1)
})
