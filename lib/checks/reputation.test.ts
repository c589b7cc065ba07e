import { expect, test } from 'vitest'
import { blockLists, readListing } from '@/lib/checks/block-lists'
import { domainReputationFamily, reputationFamily } from '@/lib/checks/reputation'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { checkedDomain, fakeWorld } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import { answerOf } from '@/lib/dns/testing/fake-ask'

const lists = blockLists(['zen.spamhaus.org', 'bl.spamcop.net', 'dbl.spamhaus.org', 'multi.uribl.com'])
const addresses = reputationFamily(lists)
const domains = domainReputationFamily(lists)

const ofNode = async (records: Record<string, string[] | null>, publicAddresses = ['9.9.9.10']) =>
  runFamily(addresses, fakeWorld(records), checkedNode({ publicAddresses }))
const ofDomain = async (records: Record<string, string[] | null>, name = 'example.net') =>
  (await runFamily(domains, fakeWorld(records), checkedDomain({ name }))).lines

test('an address on no list', async () => {
  expect((await ofNode({})).lines).toEqual([
    'reputation.address 9.9.9.10 bl.spamcop.net ok clear',
    'reputation.address 9.9.9.10 zen.spamhaus.org ok clear',
  ])
})

test('ZEN is broken, others are worth attention, and the list’s own words are shown', async () => {
  const { lines, results } = await ofNode({
    '10.9.9.9.zen.spamhaus.org A': ['127.0.0.4', '127.0.0.10'],
    '10.9.9.9.zen.spamhaus.org TXT': ['https://check.spamhaus.org/query/ip/9.9.9.10'],
    '10.9.9.9.bl.spamcop.net A': ['127.0.0.2'],
  })
  expect(lines).toEqual([
    'reputation.address 9.9.9.10 bl.spamcop.net attention listed',
    'reputation.address 9.9.9.10 zen.spamhaus.org broken listed',
  ])
  expect(results.find(({ level }) => level === 'broken')?.found).toEqual([
    ...['127.0.0.10', '127.0.0.4', 'https://check.spamhaus.org/query/ip/9.9.9.10'],
  ])
})

test.each(['127.255.255.252', '127.255.255.254', '127.255.255.255'])(
  '%s says that the question was refused, not that the address is listed',
  async (code) => {
    const { lines } = await ofNode({ '10.9.9.9.zen.spamhaus.org A': [code] })
    expect(lines).toContain('reputation.address 9.9.9.10 zen.spamhaus.org info refused')
  },
)

test('a resolver that answers everything lists nobody, and silence is not known', async () => {
  const { lines } = await ofNode({ '10.9.9.9.zen.spamhaus.org A': ['203.0.113.7'], '10.9.9.9.bl.spamcop.net A': null })
  expect(lines).toEqual([
    'reputation.address 9.9.9.10 bl.spamcop.net unknown unknown',
    'reputation.address 9.9.9.10 zen.spamhaus.org info strange',
  ])
})

test('IPv6 is asked by its nibbles, private addresses and nodes that take no mail not at all', async () => {
  const nibbles = '0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.f.0.0.0.2.6.2'
  const { lines } = await ofNode({ [`${nibbles}.zen.spamhaus.org A`]: ['127.0.0.4'] }, ['2620:fe::10', '10.0.0.1'])
  expect(lines).toEqual([
    'reputation.address 2620:fe::10 bl.spamcop.net ok clear',
    'reputation.address 2620:fe::10 zen.spamhaus.org broken listed',
  ])
  const imap = checkedNode({ roles: ['imap'] })
  expect((await runFamily(addresses, fakeWorld(), imap)).lines).toEqual([])
})

test('domains are asked of lists of domains alone', async () => {
  expect(await ofDomain({ 'example.net.dbl.spamhaus.org A': ['127.0.1.2'] })).toEqual([
    'reputation.domain example.net dbl.spamhaus.org broken listed',
    'reputation.domain example.net multi.uribl.com ok clear',
  ])
  expect(await ofDomain({ 'example.net.multi.uribl.com A': ['127.0.0.1'] })).toContain(
    'reputation.domain example.net multi.uribl.com info refused',
  )
  expect(await ofDomain({}, 'example.test')).toEqual([])
})

test.each([
  ['zen.spamhaus.org', 'address', true],
  ['0123456789abcdef.zen.dq.spamhaus.net', 'address', true],
  ['0123456789abcdef.dbl.dq.spamhaus.net', 'domain', true],
  ['multi.surbl.org', 'domain', false],
  ['dnsbl-1.uceprotect.net', 'address', false],
])('%s lists: %s, grave: %s', (zone, of, isGrave) => {
  expect(blockLists([zone])).toEqual([{ zone, of, isGrave }])
})

test('an error among codes does not hide a listing, and a refused question is none', () => {
  expect(readListing(answerOf('x', 'A', ['127.255.255.254', '127.0.0.3']))).toEqual({
    status: 'listed',
    codes: ['127.0.0.3'],
  })
  expect(readListing({ status: 'temperror', reason: 'refused', words: 'REFUSED' })).toEqual({ status: 'refused' })
})
