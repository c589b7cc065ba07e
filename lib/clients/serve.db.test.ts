import { beforeEach, expect, test } from 'vitest'
import { GET as autoconfig } from '@/app/mail/config-v1.1.xml/route'
import { GET as mtaSts } from '@/app/.well-known/mta-sts.txt/route'
import { POST as autodiscover } from '@/app/autodiscover/autodiscover.xml/route'
import { GET as autodiscoverJson } from '@/app/autodiscover/autodiscover.json/route'
import { GET as mobileconfig } from '@/app/(open)/clients/[domain]/apple.mobileconfig/route'
import { GET as askCertificate } from '@/app/api/certificates/ask/route'
import { encodePairingCode } from '@/lib/agent-protocol/messages'
import { systemActor } from '@/lib/auth/actor'
import { emptyTables, testDb } from '@/lib/db/testing'
import type { Found } from '@/lib/dns/found'
import type { DomainName } from '@/lib/domains/name'
import { createDomain, createDomainAlias, removeDomain } from '@/lib/domains/service'
import { env } from '@/lib/env'
import { addNode } from '@/lib/nodes/service'

const actor = systemActor('test')
const db = testDb()
const none = { params: Promise.resolve({}) }

beforeEach(async () => {
  await emptyTables(db)
  const services = { imaps: '127.0.0.1:993', smtps: '127.0.0.1:465', submission: '127.0.0.1:587' }
  await addNode(
    actor,
    encodePairingCode({
      ...{ name: 'mx1', roles: ['smtp', 'imap'], hostName: 'mx1.example.net', url: 'https://127.0.0.1:9', services },
      ...{ fingerprint: 'ab'.repeat(32), token: 'x'.repeat(43), publicAddresses: ['192.0.2.1'] },
    }),
  )
  await createDomain(actor, { name: 'example.org' as DomainName, description: '' })
  const dnsPolicy = { mtaSts: { mode: 'enforce', id: 'a1' } }
  await db.domain.update({ where: { name: 'example.org' }, data: { dnsPolicy } })
})

const get = (host: string, path: string) => new Request(`http://${host}${path}`, { headers: { host } })
const said = async (answer: Promise<Response>) => [(await answer).status, await (await answer).text()] as const

type Seen = Pick<Found['findings'][number], 'kind' | 'state' | 'values'>

/** What DNS says of the domain's MX, as it was last seen. */
async function seen(findings: readonly Seen[]) {
  const { id } = await db.dnsRecord.findFirstOrThrow({ where: { name: 'example.org', purpose: 'mx' } })
  const found: Found = {
    findings: findings.map((one) => ({ ...one, server: 'ns', ttlSeconds: 60, words: '' })),
    isAuthentic: null,
    publish: null,
  }
  const data = { state: 'ok', found, checkedAt: new Date(), since: new Date() }
  await db.dnsObservation.upsert({ where: { recordId: id }, create: { recordId: id, ...data }, update: data })
}
const OURS: Seen = { kind: 'authoritative', state: 'ok', values: ['10 mx1.example.net.'] }
const THEIRS: Seen = { kind: 'authoritative', state: 'different', values: ['10 other.test.'] }
const KEPT: Seen = { ...THEIRS, kind: 'resolver' }
const SILENT: Seen = { kind: 'authoritative', state: 'temperror', values: [] }
const BOTH: Seen = { ...THEIRS, state: 'several', values: ['5 other.test.', '10 mx1.example.net.'] }
const NONE: Seen = { ...THEIRS, state: 'missing', values: [] }

test.each<[string, Seen[], string]>([
  ['by the zone', [OURS], 'enforce'],
  ['beside another', [BOTH], 'enforce'],
  ['by all but a silent server', [OURS, SILENT], 'enforce'],
  ['until no server answers', [SILENT], 'enforce'],
  ['not at all', [NONE], 'testing'],
  ['only by one server', [OURS, THEIRS], 'testing'],
  ['not yet by a resolver', [OURS, KEPT], 'testing'],
])('an enforced policy where our MX is seen %s is served as such or as a test', async (_where, findings, mode) => {
  await seen(findings)
  const [, text] = await said(mtaSts(get('mta-sts.example.org', '/.well-known/mta-sts.txt'), none))
  expect(text).toContain(`mode: ${mode}\r\n`)
})

test('an enforced policy is a test for a day at a time before DNS was ever asked', async () => {
  expect(await said(mtaSts(get('mta-sts.example.org', '/.well-known/mta-sts.txt'), none))).toEqual([
    200,
    'version: STSv1\r\nmode: testing\r\nmx: mx1.example.net\r\nmax_age: 86400\r\n',
  ])
})

test('the policy is served under mta-sts of a name of ours, and nowhere else', async () => {
  const path = '/.well-known/mta-sts.txt'
  await seen([OURS])
  expect(await said(mtaSts(get('mta-sts.example.org', path), none))).toEqual([
    200,
    'version: STSv1\r\nmode: enforce\r\nmx: mx1.example.net\r\nmax_age: 604800\r\n',
  ])
  await createDomainAlias(actor, { name: 'example.org' as DomainName, alias: 'example.com' as DomainName })
  expect((await mtaSts(get('MTA-STS.example.com:443', path), none)).status).toBe(200)
  for (const host of ['example.org', 'mta-sts.example.net', 'mta-sts.', 'autoconfig.example.org'])
    expect((await mtaSts(get(host, path), none)).status).toBe(404)
  await removeDomain(actor, { name: 'example.org' as DomainName, confirmation: 'example.org' })
  expect((await mtaSts(get('mta-sts.example.org', path), none)).status).toBe(404)
})

test('programs get the servers of the domain they ask for', async () => {
  const config = await said(autoconfig(get('autoconfig.example.org', '/mail/config-v1.1.xml'), none))
  expect(config).toEqual([200, expect.stringContaining('<hostname>mx1.example.net</hostname>\n      <port>993</port>')])
  expect((await autoconfig(get('autoconfig.example.net', '/mail/config-v1.1.xml'), none)).status).toBe(404)

  const schema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006'
  const ask = (address: string, length = true) => {
    const body = `<Autodiscover xmlns="${schema}"><Request><EMailAddress>${address}</EMailAddress></Request></Autodiscover>`
    const headers = length ? { 'content-length': String(body.length) } : undefined
    return autodiscover(new Request('http://autodiscover.example.org/', { method: 'POST', body, headers }), none)
  }
  expect(await said(ask('anna@example.org'))).toEqual([200, expect.stringContaining('<Type>IMAP</Type>')])
  expect((await ask('anna@example.net')).status).toBe(404)
  expect((await ask('x'.repeat(20_000))).status).toBe(413)
  expect((await ask('anna@example.org', false)).status).toBe(413)
  expect((await ask('anna')).status).toBe(400)

  const json = '/autodiscover/autodiscover.json?Email=anna@example.org&Protocol=AutodiscoverV1'
  expect(await (await autodiscoverJson(get('autodiscover.example.org', json), none)).json()).toEqual({
    Protocol: 'AutodiscoverV1',
    Url: 'https://autodiscover.example.org/autodiscover/autodiscover.xml',
  })
})

test('Apple’s profile is for an address of the domain', async () => {
  const profile = (domain: string, address: string) =>
    mobileconfig(get('panel.test', `/?address=${encodeURIComponent(address)}`), { params: Promise.resolve({ domain }) })
  expect(await said(profile('example.org', 'Anna@example.org'))).toEqual([
    200,
    expect.stringContaining('<string>anna@example.org</string>'),
  ])
  expect((await profile('example.org', 'anna@example.net')).status).toBe(404)
  expect((await profile('example.net', 'anna@example.net')).status).toBe(404)
})

test('certificates are asked for names that are served here alone', async () => {
  const ask = async (name: string) =>
    (await askCertificate(get('panel', `/api/certificates/ask?domain=${name}`), none)).status
  for (const name of ['mta-sts.example.org', 'autoconfig.example.org', 'autodiscover.example.org'])
    expect([name, await ask(name)]).toEqual([name, 200])
  // The panel's own, which need not be a name that a domain could have: localhost, say.
  expect(await ask(new URL(env().POSTHOUSE_URL).hostname)).toBe(200)
  for (const name of ['example.org', 'www.example.org', 'mta-sts.example.net', '', 'mta-sts.mta-sts.example.org'])
    expect([name, await ask(name)]).toEqual([name, 404])
})
