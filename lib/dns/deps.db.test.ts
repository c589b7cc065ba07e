import { expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { emptyTables, testDb } from '@/lib/db/testing'
import { namedServers, systemDnsDeps } from '@/lib/dns/deps'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider } from '@/lib/dns/service'

const client = testDb()

test('servers at private addresses are those that an administrator named, and no others are asked', async () => {
  await emptyTables(client)
  const common = { secret: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ=' }
  const update = { ...common, name: 'Lab', kind: 'rfc2136', server: '10.0.0.6', keyName: 'panel' }
  const authoritative = [{ address: '10.0.0.7', port: 53 }]
  const api = { ...common, name: 'Other', kind: 'powerdns', url: 'http://10.0.0.8:8081', authoritative }
  for (const input of [update, api]) await addProvider(systemActor('test'), addProviderSchema.parse(input))
  expect((await namedServers()).sort()).toEqual(['10.0.0.6', '10.0.0.7'])
  const { dns } = await systemDnsDeps()
  expect(await dns.ask({ address: '10.0.0.5', port: 53 }, 'a.test', 'TXT', 'authoritative')).toEqual({
    status: 'temperror',
    reason: 'unreachable',
    words: '10.0.0.5 is not a public address',
  })
})
