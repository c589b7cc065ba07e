import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '@/companion/command'
import { addDomain, addMailbox, publish, startStack, type TestStack } from '@/companion/testing'
import type { CheckFamily, NodeFacts } from '@/lib/checks/check'
import { daneFamily } from '@/lib/checks/dane'
import { hostFamily } from '@/lib/checks/host'
import { mxFamily } from '@/lib/checks/mx'
import { smtpFamily } from '@/lib/checks/smtp'
import { systemWorld } from '@/lib/checks/system-world'
import { checkedNode } from '@/lib/checks/testing/checked-node'
import { checkedDomain } from '@/lib/checks/testing/fake-world'
import { runFamily } from '@/lib/checks/testing/run-family'
import { tlsaOf } from '@/lib/checks/tlsa'
import { zoneFamily } from '@/lib/checks/zone'
import { createAsk } from '@/lib/dns/ask'
import { parseServer } from '@/lib/dns/resolver'

/** Checks of nodes and of a domain over Postfix, Dovecot, Knot and unbound. */

let stack: TestStack

beforeAll(async () => {
  stack = await startStack()
  await addDomain(stack, 'a.test')
  await publish(stack, 'a.test.', 'MX', '10 mx1.posthouse.test.')
})
afterAll(() => stack.end())

function nodeOf(name: 'mx1' | 'imap1'): NodeFacts {
  const { config } = stack.nodes[name]
  const services = Object.fromEntries(
    Object.entries(config.listen).map(([service, { host, port }]) => [service, `${host}:${port}`]),
  )
  const { hostName, roles, publicAddresses } = config
  return checkedNode({ name, hostName, roles, publicAddresses, services })
}

function world() {
  const { lab } = stack.report
  const resolver = parseServer(lab.resolver)
  if (!resolver) throw new Error(lab.resolver)
  const nodes = (['mx1', 'imap1'] as const).flatMap((name) => nodeOf(name).publicAddresses)
  const dns = { ask: createAsk(), resolvers: [resolver] }
  return systemWorld({ dns, now: new Date(), trusted: [...nodes, lab.dns.server] })
}

const run = async (family: CheckFamily<NodeFacts>, name: 'mx1' | 'imap1') =>
  (await runFamily(family, world(), nodeOf(name))).lines
const hosts = hostFamily({ dial: null, postmasterAddress: null })

test('Postfix relays for nobody, speaks no old TLS, tells no addresses; its own certificate is read', async () => {
  expect(await run(smtpFamily, 'mx1')).toEqual([
    ...['smtp.banner ok', 'smtp.certificate attention distrust', 'smtp.greeting-name ok', 'smtp.open-relay ok'],
    // The panel would have delivered these addresses.
    'smtp.postmaster broken',
    ...['smtp.slow ok', 'smtp.starttls ok fine', 'smtp.tls-version ok fine', 'smtp.vrfy ok'],
  ])
  await addDomain(stack, 'mx1.posthouse.test')
  for (const name of ['postmaster', 'abuse']) await addMailbox(stack, `${name}@mx1.posthouse.test`)
  expect(await run(smtpFamily, 'mx1')).toContain('smtp.postmaster ok')
})

test('a Postfix that takes its neighbours for its own users is found out', async () => {
  const { postfix } = stack.nodes.mx1.paths
  const set = async (restrictions: string, networks: string) => {
    const values = [`smtpd_relay_restrictions=${restrictions}`, `mynetworks=${networks}`]
    await runCommand('postconf', ['-c', postfix, '-e', ...values])
    await runCommand('postfix', ['-c', postfix, 'reload'])
  }
  const read = async (name: string) => (await runCommand('postconf', ['-c', postfix, '-h', name])).trim()
  const before = [await read('smtpd_relay_restrictions'), await read('mynetworks')] as const
  try {
    await set('permit_mynetworks, reject_unauth_destination', '127.0.0.0/8')
    await expect.poll(() => run(smtpFamily, 'mx1'), { timeout: 10_000 }).toContain('smtp.open-relay broken')
  } finally {
    await set(...before)
  }
  await expect.poll(() => run(smtpFamily, 'mx1'), { timeout: 10_000 }).toContain('smtp.open-relay ok')
})

test('every service answers with TLS, and names lead both ways', async () => {
  const mx1 = await run(hosts, 'mx1')
  const imap1 = await run(hosts, 'imap1')
  const services = [...mx1, ...imap1].filter((line) => line.startsWith('host.services'))
  expect(services).toEqual(
    ['smtps', 'submission', 'imaps', 'pop3s', 'sieve'].map((name) => `host.services ${name} info distrust`),
  )
  const [address = ''] = nodeOf('mx1').publicAddresses
  expect(mx1).toEqual(
    expect.arrayContaining([
      ...['host.forward ok same', `host.ptr ${address} ok same`, `host.fcrdns ${address} ok same`],
      'host.port25-in mx1 ok fine',
    ]),
  )
  expect([...mx1, ...imap1].filter((line) => /broken|attention|unknown/.test(line))).toEqual([])
})

test('a TLSA record of the served key fits in the signed zone, and one of another key does not', async () => {
  expect(await run(daneFamily, 'mx1')).toEqual(['dane.tlsa info absent'])
  const server = parseServer(nodeOf('mx1').services.smtp ?? '')
  const seen = server && (await world().smtp(server, 'mx1.posthouse.test'))
  if (seen?.status !== 'answered' || seen.tls?.status !== 'done') throw new Error(JSON.stringify(seen))
  const name = '_25._tcp.mx1.posthouse.test.'
  await publish(stack, name, 'TLSA', `3 1 1 ${'ab'.repeat(32)}`)
  await expect.poll(() => run(daneFamily, 'mx1'), { timeout: 10_000 }).toContain('dane.tlsa broken differs')
  await publish(stack, name, 'TLSA', tlsaOf(seen.tls.certificate))
  await expect
    .poll(() => run(daneFamily, 'mx1'), { timeout: 10_000 })
    .toEqual(['dane.rollover ok fine', 'dane.signed ok fine', 'dane.tlsa ok fine'])
})

test('a domain of the laboratory: its zone is signed, its mail comes to us', async () => {
  const domain = checkedDomain({ name: 'a.test', nodes: [nodeOf('mx1')] })
  const { lines: zone } = await runFamily(zoneFamily, world(), domain)
  expect(zone).toContain('zone.dnssec ok signed')
  expect(zone).toContain('zone.lame ok')
  const { lines: mx } = await runFamily(mxFamily, world(), domain)
  expect(mx).toContain('mx.ours ok fine')
  expect([...zone, ...mx].filter((line) => /broken|attention|unknown/.test(line))).toEqual([])
})
