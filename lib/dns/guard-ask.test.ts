import { expect, test } from 'vitest'
import { findAuthority, askAuthority } from '@/lib/dns/authority'
import { guardAsk } from '@/lib/dns/guard-ask'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'

const RESOLVER = '203.0.113.53'
const LOCAL = '127.0.0.53'

/** What comes of a question to a server, and which servers were asked. */
async function asked(address: string, resolver: string, trusted: string[]) {
  const log: string[] = []
  const resolvers = [{ address: resolver, port: 53 }]
  const dns = guardAsk({ ask: fakeAsk('test', { [address]: {} }, log), resolvers }, trusted)
  const { status } = await dns.ask({ address, port: 53 }, 'a.test', 'TXT', 'authoritative')
  return { status, isAsked: log.length > 0 }
}

test.each([
  ['a public one', '9.9.9.9', RESOLVER, [], true],
  ['a private one', '10.0.0.5', RESOLVER, [], false],
  ['a private one beside a private resolver', '10.0.0.5', '10.0.0.2', [], false],
  ['the resolver itself', '10.0.0.2', '10.0.0.2', [], true],
  ['one that an administrator named', '10.0.0.5', RESOLVER, ['10.0.0.5'], true],
  ['one that an administrator named, written otherwise', 'fd00::5', RESOLVER, ['fd00:0::5'], true],
  ['loopback', '127.0.0.1', RESOLVER, [], false],
  ['loopback of IPv6', '::1', RESOLVER, [], false],
  ['loopback where the resolver is', '127.0.0.61', LOCAL, [], true],
  ['a private one where the resolver is at loopback', '192.168.1.1', LOCAL, [], false],
  ['an IPv4 address within one of IPv6', '::ffff:10.0.0.5', RESOLVER, [], false],
])('an authoritative server that is %s', async (_what, address, resolver, trusted, isAsked) => {
  expect(await asked(address, resolver, trusted)).toEqual({ status: isAsked ? 'nxdomain' : 'temperror', isAsked })
})

test('resolvers are asked wherever they are, and a zone whose servers may not be asked is a temporary failure', async () => {
  const world = {
    'test SOA': ['ns.test. root.test. 1 1 1 1 1'],
    'a.test SOA': ['ns.test. root.test. 1 1 1 1 1'],
    'test NS': ['ns.test.'],
    'ns.test A': ['10.0.0.5'],
  }
  const log: string[] = []
  const ask = fakeAsk('test', { '10.0.0.2': world, '10.0.0.5': { 'a.test TXT': ['secret'] } }, log)
  const dns = guardAsk({ ask, resolvers: [{ address: '10.0.0.2', port: 53 }] }, [])
  const found = await findAuthority(dns, 'a.test')
  if (found.status !== 'found') throw new Error(found.words)
  expect(await askAuthority(dns, found.authority, 'a.test', 'TXT')).toEqual([
    {
      server: 'ns.test',
      answer: { status: 'temperror', reason: 'unreachable', words: '10.0.0.5 is not a public address' },
    },
  ])
  expect(log.filter((line) => line.startsWith('10.0.0.5'))).toEqual([])
})
