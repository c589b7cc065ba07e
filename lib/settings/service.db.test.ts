import { beforeEach, expect, test } from 'vitest'
import { encodePairingCode } from '@/lib/agent-protocol/messages'
import { systemActor } from '@/lib/auth/actor'
import { emptyTables, testDb } from '@/lib/db/testing'
import type { DomainName } from '@/lib/domains/name'
import { createDomain } from '@/lib/domains/service'
import { addNode } from '@/lib/nodes/service'
import { updateServerSettings } from '@/lib/settings/service'

const actor = systemActor('test')
const db = testDb()
const input = {
  hostName: 'mail.example.net' as DomainName,
  publicAddresses: ['192.0.2.7'],
  postmasterAddress: 'owner@example.net',
}
const code = (name: string, hostName: string) =>
  encodePairingCode({
    ...{ name, roles: ['smtp'], hostName, url: 'https://127.0.0.1:9', fingerprint: 'ab'.repeat(32) },
    ...{ token: 'x'.repeat(43), services: {}, publicAddresses: ['192.0.2.1'] },
  })

beforeEach(() => emptyTables(db))

const settingsOf = async () =>
  Object.fromEntries(
    (await db.entry.findMany({ where: { map: 'node/settings' } })).map(({ key, value }) => [
      key,
      (JSON.parse(value) as { hostName: string }).hostName,
    ]),
  )
const hosts = async () =>
  (await db.entry.findMany({ where: { map: 'smtp/domains', value: 'host' }, orderBy: { key: 'asc' } })).map(
    ({ key }) => key,
  )

test('the first smtp node takes over the name, and what hangs on it follows', async () => {
  await updateServerSettings(actor, { ...input, hostName: 'old.example.net' as DomainName })
  await addNode(actor, code('mx1', 'mx1.local'))
  await addNode(actor, code('mx2', 'mx2.example.net'))
  await createDomain(actor, { name: 'example.org' as DomainName, description: '' })
  expect(await settingsOf()).toEqual({ mx1: 'old.example.net', mx2: 'mx2.example.net' })
  expect(await hosts()).toEqual(['mx2.example.net', 'old.example.net'])

  await updateServerSettings(actor, input)
  expect(await settingsOf()).toEqual({ mx1: 'mail.example.net', mx2: 'mx2.example.net' })
  expect(await hosts()).toEqual(['mail.example.net', 'mx2.example.net'])
  const records = await db.dnsRecord.findMany({ where: { purpose: { in: ['mx', 'spf'] } }, orderBy: { value: 'asc' } })
  expect(records.map(({ value }) => value)).toEqual([
    '10 mail.example.net.',
    '10 mx2.example.net.',
    expect.stringContaining('ip4:192.0.2.7'),
  ])
})

test('pairing the node again keeps the name of the settings', async () => {
  await addNode(actor, code('mx1', 'mx1.local'))
  await updateServerSettings(actor, input)
  await addNode(actor, code('mx1', 'mx1.local'))
  expect(await settingsOf()).toEqual({ mx1: 'mail.example.net' })
  expect(await db.node.findFirst({ select: { hostName: true, publicAddresses: true } })).toEqual({
    hostName: 'mail.example.net',
    publicAddresses: ['192.0.2.7'],
  })
})

test('a mail domain is refused as host name, and nothing is stored', async () => {
  await createDomain(actor, { name: 'mail.example.net' as DomainName, description: '' })
  await expect(updateServerSettings(actor, input)).rejects.toMatchObject({ messageKey: 'settings.hostIsDomain' })
  expect(await db.setting.count({ where: { key: 'server.hostName' } })).toBe(0)
})
