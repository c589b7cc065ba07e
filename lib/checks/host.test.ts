import { expect, test } from 'vitest'
import type { NodeFacts } from '@/lib/checks/check'
import { hostFamily } from '@/lib/checks/host'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { fakeWorld } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import { seenSmtp, seenTls } from '@/lib/checks/testing/seen'
import type { CheckWorld } from '@/lib/checks/world'
import { reverseName } from '@/lib/settings/addresses'

const SIX = '2620:fe::10'
const node: NodeFacts = checkedNode({ publicAddresses: ['9.9.9.10', SIX] })
const four = `${reverseName('9.9.9.10')} PTR`
const six = `${reverseName(SIX)} PTR`
const dns: Record<string, string[] | null> = {
  ...{ 'mx1.posthouse.org A': ['9.9.9.10'], 'mx1.posthouse.org AAAA': [SIX], 'org SOA': ['x'] },
  ...{ [four]: ['mx1.posthouse.org.'], [six]: ['mx1.posthouse.org.'], 'elsewhere.net MX': ['10 mx.elsewhere.net.'] },
  'mx.elsewhere.net A': ['8.8.8.8'],
}
const up: Partial<CheckWorld> = {
  smtp: () => Promise.resolve(seenSmtp()),
  tls: () => Promise.resolve(seenTls()),
}
const outside = {
  dial: () => Promise.resolve('220 mx.elsewhere.net ESMTP'),
  postmasterAddress: 'ada@elsewhere.net',
}

interface Given {
  records?: Record<string, string[] | null>
  world?: Partial<CheckWorld>
  facts?: Partial<NodeFacts>
  dial?: () => Promise<string>
}

async function run({ records, world, facts, dial = outside.dial }: Given) {
  const family = hostFamily({ ...outside, dial })
  return runFamily(family, fakeWorld({ ...dns, ...records }, { ...up, ...world }), { ...node, ...facts })
}
const FINE = [
  ...['host.daemons ok', 'host.disk ok', 'host.fcrdns 2620:fe::10 ok same', 'host.fcrdns 9.9.9.10 ok same'],
  ...['host.forward ok same', 'host.ipv6-ptr 2620:fe::10 ok same', 'host.loopback ok', 'host.name ok full'],
  ...[
    'host.port25-in 2620:fe::10 ok fine',
    'host.port25-in 9.9.9.10 ok fine',
    'host.port25-out mx.elsewhere.net ok open',
  ],
  ...['host.ptr 9.9.9.10 ok same', 'host.ptr-name 2620:fe::10 ok same', 'host.ptr-name 9.9.9.10 ok same'],
  // The fake resolver never says that it checked signatures.
  'host.resolver-dnssec 192.0.2.53:53 info',
]
/** What differs from a node with which nothing is wrong. */
const wrong = async (given: Given) => (await run(given)).lines.filter((line) => !FINE.includes(line))

test('finds nothing wrong with a node that is well kept', async () => {
  expect((await run({})).lines).toEqual(FINE)
})

test.each<[string, Given, string[]]>([
  ['no reverse name', { records: { [four]: [] } }, ['host.ptr 9.9.9.10 broken none']],
  ['no reverse name by IPv6', { records: { [six]: [] } }, ['host.ipv6-ptr 2620:fe::10 broken none']],
  [
    'a reverse name that does not lead back',
    { records: { [four]: ['host10.provider.net.'] } },
    ['host.fcrdns 9.9.9.10 broken unconfirmed', 'host.ptr 9.9.9.10 ok unconfirmed'],
  ],
  [
    'another reverse name that leads back',
    { records: { [four]: ['host10.provider.net.'], 'host10.provider.net A': ['9.9.9.10'] } },
    [
      ...['host.fcrdns 9.9.9.10 ok otherName', 'host.ptr 9.9.9.10 ok otherName'],
      'host.ptr-name 9.9.9.10 attention otherName',
    ],
  ],
  ['a missing address', { records: { 'mx1.posthouse.org AAAA': [] } }, ['host.forward broken missing']],
  [
    'a name that leads to the machine itself',
    { records: { 'mx1.posthouse.org A': ['9.9.9.10', '127.0.1.1'] } },
    ['host.forward attention extra', 'host.loopback broken'],
  ],
  [
    'a disk that is nearly full',
    { facts: { status: { daemons: [], diskFreeBytes: 3.5 * 1024 ** 3 } } },
    ['host.disk attention'],
  ],
  ['a full disk', { facts: { status: { daemons: [], diskFreeBytes: 1_000_000 } } }, ['host.disk broken']],
  [
    'a daemon that does not run',
    { facts: { status: { daemons: [{ name: 'opendkim', isRunning: false }], diskFreeBytes: 1e12 } } },
    ['host.daemons broken'],
  ],
  [
    'a bare domain as host name',
    { facts: { hostName: 'posthouse.org' }, records: { 'posthouse.org A': ['9.9.9.10'], 'posthouse.org AAAA': [SIX] } },
    [
      ...['host.fcrdns 2620:fe::10 ok otherName', 'host.fcrdns 9.9.9.10 ok otherName'],
      ...['host.ipv6-ptr 2620:fe::10 ok otherName', 'host.name attention bareDomain', 'host.ptr 9.9.9.10 ok otherName'],
      ...['host.ptr-name 2620:fe::10 attention otherName', 'host.ptr-name 9.9.9.10 attention otherName'],
    ],
  ],
  [
    'port 25 blocked on the way out',
    { dial: () => Promise.reject(new Error('connect ECONNREFUSED')) },
    ['host.port25-out mx.elsewhere.net broken blocked'],
  ],
  [
    'no answer on the way out, which may be the other’s fault',
    { dial: () => Promise.reject(new Error('no answer within 5 s')) },
    ['host.port25-out mx.elsewhere.net attention blocked'],
  ],
])('tells %s', async (_what, given, expected) => {
  expect(await wrong(given)).toEqual(expected)
})

test('a node that was never heard of, and resolvers that are silent, are unknown', async () => {
  const silent = Object.fromEntries(Object.keys(dns).map((name) => [name, null]))
  const { lines } = await run({ records: silent, facts: { status: null } })
  expect(lines.filter((line) => !/ (unknown|ok)( |$)/.test(line))).toEqual([])
  expect(lines).toContain('host.daemons unknown')
  expect(lines).toContain('host.ptr 9.9.9.10 unknown noAnswer')
})

test.each([
  ['static.10-009-9-9.provider.net', 'attention generic'],
  ['9.9.9.10.provider.net', 'attention generic'],
  ['mx9.9.9.100.posthouse.org', 'ok full'],
])('the host name %s is %s', async (hostName, expected) => {
  expect((await run({ facts: { hostName } })).lines).toContain(`host.name ${expected}`)
})

test('port 25: reached, closed from here, closed altogether, silent, somebody else', async () => {
  const at = (own: ReturnType<typeof seenSmtp> | { status: 'unreachable'; words: string }, outer: object) => ({
    facts: { publicAddresses: ['9.9.9.10'], services: { smtp: '10.0.0.5:25' } },
    world: {
      smtp: ((server) => Promise.resolve(server.address === '10.0.0.5' ? own : outer)) as CheckWorld['smtp'],
    },
  })
  const refused = { status: 'unreachable' as const, words: 'ECONNREFUSED' }
  const said = async (given: Given) => (await run(given)).lines.filter((line) => line.startsWith('host.port25-in'))
  expect(await said(at(seenSmtp(), refused))).toEqual(['host.port25-in 9.9.9.10 attention closed'])
  expect(await said(at(refused, refused))).toEqual(['host.port25-in 9.9.9.10 broken down'])
  const silent = { status: 'timeout', words: 'no answer in 20 s' }
  expect(await said(at(refused, silent))).toEqual(['host.port25-in 9.9.9.10 attention silent'])
  expect(await said(at(refused, { status: 'nonsense', words: 'SSH-2.0' }))).toEqual([
    'host.port25-in 9.9.9.10 attention strange',
  ])
})

test('services answer with TLS, and each that does not is told', async () => {
  const services = { submission: '9.9.9.10:587', imaps: '9.9.9.10:993', pop3s: '9.9.9.10:995', sieve: '9.9.9.10:4190' }
  const { lines } = await run({
    facts: { services, roles: ['imap'] },
    world: {
      smtp: () => Promise.resolve(seenSmtp({ tls: null })),
      tls: (server, _name, beginning) =>
        Promise.resolve(
          server.port === 993
            ? seenTls({ distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
            : server.port === 995
              ? { status: 'failed', words: 'no answer in 10 s', isTimeout: true }
              : beginning === 'sieve'
                ? seenTls()
                : { status: 'failed', words: 'ECONNREFUSED' },
        ),
    },
  })
  expect(lines.filter((line) => line.startsWith('host.services'))).toEqual([
    ...['host.services imaps attention distrust', 'host.services pop3s attention down'],
    ...['host.services sieve ok fine', 'host.services submission broken down'],
  ])
  // A node that takes no mail has a name, but nothing of port 25.
  expect(lines.filter((line) => /port25|ptr|fcrdns/.test(line))).toEqual([])
})

test('in a laboratory nothing of its private name and addresses needs anybody', async () => {
  const lab = { hostName: 'mx1.posthouse.test', publicAddresses: ['127.1.2.10'], services: { smtp: '127.1.2.10:2525' } }
  const { lines } = await run({ facts: lab, records: { 'org SOA': [] } })
  expect(lines.filter((line) => /broken|attention|unknown/.test(line))).toEqual([])
  expect(lines).toContain('host.name info privateName')
  expect(lines).toContain('host.ptr 127.1.2.10 info none')
  expect(lines).toContain('host.port25-in mx1 ok fine')
})
