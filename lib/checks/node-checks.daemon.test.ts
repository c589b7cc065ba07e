import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeAgent, openAgent } from '@/agent/agent'
import { createStatus } from '@/agent/status'
import { runCommand } from '@/companion/command'
import { addDomain, addMailbox, publish, startStack, type TestStack } from '@/companion/testing'
import { ensureNextKey } from '@/companion/tls'
import type { StatusAnswer } from '@/lib/agent-protocol/messages'
import { systemActor } from '@/lib/auth/actor'
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
import { systemClock } from '@/lib/clock/clock'
import { testDb } from '@/lib/db/testing'
import { applyDnsPlan } from '@/lib/dns/apply-plan'
import { createAsk } from '@/lib/dns/ask'
import { checkDomainDns } from '@/lib/dns/check-domain'
import type { DnsDeps } from '@/lib/dns/deps'
import { makeDnsPlan } from '@/lib/dns/make-plan'
import { connectProvider } from '@/lib/dns/providers/connect'
import { requireDnsPlan } from '@/lib/dns/queries'
import { confirmDnsPlan, requestDnsPlan } from '@/lib/dns/requests'
import { parseServer, type Dns } from '@/lib/dns/resolver'
import { addProviderSchema } from '@/lib/dns/schema'
import { addProvider, setDomainProvider } from '@/lib/dns/service'
import { domainNameSchema } from '@/lib/domains/name'
import { closeQueue } from '@/lib/jobs/queue'
import { storeStatus } from '@/lib/nodes/store-status'

/** Checks of nodes and of a domain over Postfix, Dovecot, Knot and unbound. */

const client = testDb()
const actor = systemActor('test')
const ZONE = domainNameSchema.parse('posthouse.test')
const DANE_IS_FINE = ['dane.rollover ok fine', 'dane.signed ok fine', 'dane.tlsa ok fine']
type TestNode = 'mx1' | 'imap1' | 'probe'

let stack: TestStack

beforeAll(async () => {
  stack = await startStack()
  await addDomain(stack, 'a.test')
  await publish(stack, 'a.test.', 'MX', '10 mx1.posthouse.test.')
})
afterAll(async () => {
  await closeQueue()
  await stack.end()
})

function nodeOf(name: TestNode): NodeFacts {
  const { config } = stack.nodes[name]
  const services = Object.fromEntries(
    Object.entries(config.listen).map(([service, { host, port }]) => [service, `${host}:${port}`]),
  )
  const { hostName, roles, publicAddresses } = config
  return checkedNode({ name, hostName, roles, publicAddresses, services })
}

function labDns(): Dns {
  const resolver = parseServer(stack.report.lab.resolver)
  if (!resolver) throw new Error(stack.report.lab.resolver)
  return { ask: createAsk(), resolvers: [resolver] }
}

function world() {
  const nodes = (['mx1', 'imap1', 'probe'] as const).flatMap((name) => nodeOf(name).publicAddresses)
  return systemWorld({ dns: labDns(), now: new Date(), trusted: [...nodes, stack.report.lab.dns.server] })
}

const run = async (family: CheckFamily<NodeFacts>, name: TestNode) =>
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
  expect(await run(daneFamily, 'probe')).toEqual(['dane.tlsa info absent'])
  const { hostName, services } = nodeOf('probe')
  const server = parseServer(services.smtp ?? '')
  const seen = server && (await world().smtp(server, hostName))
  if (seen?.status !== 'answered' || seen.tls?.status !== 'done') throw new Error(JSON.stringify(seen))
  await publish(stack, `_25._tcp.${hostName}.`, 'TLSA', `3 1 1 ${'ab'.repeat(32)}`)
  await expect.poll(() => run(daneFamily, 'probe'), { timeout: 10_000 }).toContain('dane.tlsa broken differs')
  await publish(stack, `_25._tcp.${hostName}.`, 'TLSA', tlsaOf(seen.tls.certificate))
  await expect.poll(() => run(daneFamily, 'probe'), { timeout: 10_000 }).toEqual(DANE_IS_FINE)
})

/** What the agent of mx1 says, without its process. */
async function statusOfMx1(): Promise<StatusAnswer> {
  const agent = openAgent(join(stack.nodes.mx1.paths.config, '..'), { log: () => undefined })
  try {
    return await createStatus(agent)()
  } finally {
    closeAgent(agent)
  }
}

/** A domain whose zone holds the name of mx1, published to the lab's DNS. */
async function addZoneOfMx1(): Promise<string> {
  const { server, port, tsigName: keyName, tsigSecret: secret } = stack.report.lab.dns
  const authoritative = [{ address: server, port }]
  const provider = { name: 'Knot', kind: 'rfc2136', server, port, keyName, secret, ttlSeconds: 2, authoritative }
  await addProvider(actor, addProviderSchema.parse(provider))
  const { name, hostName, roles, publicAddresses } = stack.nodes.mx1.config
  const pairing = { agentUrl: '', agentFingerprint: '', agentTokenSealed: '' }
  const { id } = await client.node.create({
    data: { name, hostName, roles, publicAddresses, services: { ...nodeOf('mx1').services }, ...pairing },
  })
  await client.domain.create({ data: { name: ZONE } })
  await setDomainProvider(actor, { domain: ZONE, provider: 'Knot' })
  return id
}

/** Plans, confirms and publishes; gives the edit of the TLSA records. */
async function publishPlan(deps: DnsDeps) {
  const { result } = await requestDnsPlan(actor, { domain: ZONE })
  await makeDnsPlan(result.id, deps)
  await confirmDnsPlan(actor, { domain: ZONE, plan: result.id })
  await applyDnsPlan(result.id, deps)
  const plan = await requireDnsPlan(actor, ZONE, result.id)
  return plan.content?.sets.find(({ type }) => type === 'TLSA')
}

test('TLSA records of both keys are planned and published in the signed zone, and the key is changed without a gap', async () => {
  expect(await run(daneFamily, 'mx1')).toEqual(['dane.tlsa info absent'])
  const node = await addZoneOfMx1()
  const deps: DnsDeps = { dns: labDns(), connect: connectProvider, clock: systemClock }
  const before = await statusOfMx1()
  await storeStatus(node, before)
  await checkDomainDns(actor, ZONE, deps)
  const record = (digest: string | null | undefined) => `3 1 1 ${digest}`
  const { served, next } = before.tlsKeys ?? {}
  expect(await publishPlan(deps)).toMatchObject({ before: [], add: [record(served), record(next)] })
  await expect.poll(() => run(daneFamily, 'mx1'), { timeout: 10_000 }).toEqual(DANE_IS_FINE)

  const { tls, postfix } = stack.nodes.mx1.paths
  const [cert, key] = [join(tls, 'cert.pem'), join(tls, 'key.pem')]
  renameSync(join(tls, 'next-key.pem'), key)
  await runCommand('openssl', ['req', '-x509', '-key', key, '-subj', '/CN=mx1.posthouse.test', '-out', cert])
  await runCommand('postfix', ['-c', postfix, 'reload'])
  ensureNextKey(tls)
  const after = await statusOfMx1()
  expect(after.tlsKeys?.served).toBe(next)
  // The record of the old key alone would not do for the new one.
  expect(await run(daneFamily, 'mx1')).toEqual(DANE_IS_FINE)
  await storeStatus(node, after)
  expect(await publishPlan(deps)).toMatchObject({ remove: [record(served)], add: [record(after.tlsKeys?.next)] })
  await expect.poll(() => run(daneFamily, 'mx1'), { timeout: 10_000 }).toEqual(DANE_IS_FINE)
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
