import { expect, test } from 'vitest'
import { findAuthority } from '@/lib/dns/authority'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'

const RESOLVERS = [{ address: '192.0.2.101', port: 53 }]

test('finds the zone above a domain and all addresses of its servers', async () => {
  const log: string[] = []
  const zone = {
    'example.test NS': ['ns2.example.test.', 'ns1.example.test.'],
    'ns1.example.test A': ['192.0.2.1'],
    'ns1.example.test AAAA': ['2001:db8::1'],
    'ns2.example.test A': ['192.0.2.2'],
  }
  const dns = { ask: fakeAsk('example.test', { '192.0.2.101': zone }, log), resolvers: RESOLVERS }
  const found = await findAuthority(dns, 'sub.example.test')
  expect(found).toEqual({
    status: 'found',
    authority: {
      zone: 'example.test',
      servers: [
        {
          name: 'ns1.example.test',
          addresses: [
            { address: '192.0.2.1', port: 53 },
            { address: '2001:db8::1', port: 53 },
          ],
        },
        { name: 'ns2.example.test', addresses: [{ address: '192.0.2.2', port: 53 }] },
      ],
    },
  })
  expect(log.filter((line) => line.includes('_'))).toEqual([])
})

test('a resolver that does not answer is a temporary failure', async () => {
  const dns = { ask: fakeAsk('example.test', {}), resolvers: RESOLVERS }
  expect(await findAuthority(dns, 'example.test')).toMatchObject({ status: 'temperror' })
})

test('an SOA of some other zone is not believed', async () => {
  const dns = { ask: fakeAsk('elsewhere.test', { '192.0.2.101': {} }), resolvers: RESOLVERS }
  expect(await findAuthority(dns, 'example.test')).toMatchObject({ status: 'temperror' })
})

test('asks the next resolver where one fails', async () => {
  const zone = { 'example.test NS': ['ns1.example.test.'], 'ns1.example.test A': ['192.0.2.1'] }
  const dns = {
    ask: fakeAsk('example.test', { '192.0.2.101': zone }),
    resolvers: [{ address: '192.0.2.100', port: 53 }, ...RESOLVERS],
  }
  expect(await findAuthority(dns, 'example.test')).toMatchObject({ status: 'found' })
})
