import { beforeEach, expect, test } from 'vitest'
import { systemActor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { parseDnsPolicy, type DnsPolicy } from '@/lib/dns/policy'
import { listDnsRecords, listMailHosts, zoneText, zoneTextOf } from '@/lib/dns/queries'
import { ownRecordSchema } from '@/lib/dns/schema'
import {
  addOwnRecord,
  changeDmarcPolicy,
  removeOwnRecord,
  syncAllDomainRecords,
  updateDnsPolicy,
} from '@/lib/dns/service'
import { syncDomainRecords } from '@/lib/dns/sync'
import type { DomainName } from '@/lib/domains/name'
import { requireDomain } from '@/lib/domains/queries'
import { createDomainAlias } from '@/lib/domains/service'

const client = testDb()
const actor = systemActor('test')
const domain = 'a.test' as DomainName
const NOW = new Date('2026-11-22T12:00:00.000Z')
const clock = () => NOW

async function addNode(hostName: string, more: { roles?: string[]; services?: object } = {}) {
  return client.node.create({
    data: {
      ...{ name: hostName, hostName, publicAddresses: ['192.0.2.1'], agentUrl: '', agentFingerprint: '' },
      ...{ agentTokenSealed: '', roles: more.roles ?? ['smtp'], services: more.services ?? {} },
    },
  })
}

let id: string
beforeEach(async () => {
  await addNode('mx1.host.test')
  id = (await client.domain.create({ data: { name: domain, hostedName: { create: { name: domain } } } })).id
  await client.$transaction((tx) => syncDomainRecords(tx, id))
})

const read = async () => (await requireDomain(actor, domain)).policy

/** Changes the stored policy by `more`, as its form would. */
async function change(more: Partial<DnsPolicy>, confirmation = '') {
  const { revision } = await client.domain.findUniqueOrThrow({ where: { id } })
  return updateDnsPolicy(actor, { domain, revision, confirmation, policy: { ...(await read()), ...more } }, clock)
}

const values = async () => {
  const { records } = await listDnsRecords(actor, domain)
  return records.map((record) => `${record.purpose} ${record.name} ${record.type} ${record.value}`)
}

test('the records follow the policy, and the audit says what it was and is', async () => {
  const before = await read()
  await change({ dmarc: { ...before.dmarc, p: 'reject', rua: ['mailto:r@b.test'] }, tlsRpt: [], caa: ['ca.test'] })
  expect(await values()).toEqual([
    'mx a.test MX 10 mx1.host.test.',
    'spf a.test TXT v=spf1 ip4:192.0.2.1 ~all',
    'dmarc _dmarc.a.test TXT v=DMARC1; p=reject; rua=mailto:r@b.test',
    'report-permission a.test._report._dmarc.b.test TXT v=DMARC1',
    'caa a.test CAA 0 issue "ca.test"',
  ])
  const { records } = await listDnsRecords(actor, domain)
  const permission = records.find(({ purpose }) => purpose === 'report-permission')
  expect(permission).toMatchObject({ isOutside: true, zoneName: 'b.test', need: 'recommended' })
  expect(await zoneText(actor, domain)).not.toContain('_report')
  const audit = await client.auditEntry.findFirstOrThrow({ where: { action: 'domain:dns-policy' } })
  expect(audit.detail).toMatchObject({ before: { tlsRpt: null }, after: { tlsRpt: [], dmarc: { p: 'reject' } } })
})

test('what becomes of mail that fails is changed alone', async () => {
  const before = await read()
  await change({ dmarc: { ...before.dmarc, rua: ['mailto:r@b.test'] }, caa: ['ca.test'] })
  const asked = { p: 'quarantine', sp: null, np: 'reject', adkim: 's', aspf: 'r' } as const
  const { revision } = await client.domain.findUniqueOrThrow({ where: { id } })
  const { result } = await changeDmarcPolicy(actor, { domain, revision, ...asked })
  expect(result).toEqual({ hasProvider: false })
  expect(await read()).toMatchObject({ caa: ['ca.test'], dmarc: { ...asked, rua: ['mailto:r@b.test'] } })
  expect(await values()).toContain(
    'dmarc _dmarc.a.test TXT v=DMARC1; p=quarantine; np=reject; adkim=s; rua=mailto:r@b.test',
  )
  await expect(changeDmarcPolicy(actor, { domain, revision, ...asked })).rejects.toMatchObject({ code: 'CONFLICT' })
  await change({ isParked: true }, domain)
  const parked = changeDmarcPolicy(actor, { domain, revision: revision + 2, ...asked })
  await expect(parked).rejects.toMatchObject({ code: 'INVALID', messageKey: 'dns.parkedPolicy' })
})

test('a policy that somebody else changed meanwhile is refused', async () => {
  const { revision } = await client.domain.findUniqueOrThrow({ where: { id } })
  await change({ clients: false })
  const late = updateDnsPolicy(actor, { domain, revision, confirmation: '', policy: await read() })
  await expect(late).rejects.toMatchObject({ code: 'CONFLICT', messageKey: 'form.stale' })
})

test('a domain is parked only with its name typed, and taken back without', async () => {
  await expect(change({ isParked: true }, 'b.test')).rejects.toMatchObject({
    code: 'INVALID',
    messageKey: 'domain.confirmation',
    field: 'confirmation',
  })
  await change({ isParked: true }, ' A.test ')
  expect(await values()).toEqual([
    'mx a.test MX 0 .',
    'spf a.test TXT v=spf1 -all',
    'dkim *._domainkey.a.test TXT v=DKIM1; p=',
    'dmarc _dmarc.a.test TXT v=DMARC1; p=reject',
  ])
  await change({ isParked: false })
  expect(await values()).toContain('mx a.test MX 10 mx1.host.test.')
})

test('of a parked domain the keys that signed keep their records, new ones get none', async () => {
  const key = { domainId: id, publicKey: 'AAAA' }
  await client.dkimKey.create({ data: { ...key, selector: 'old', state: 'active' } })
  await client.dkimKey.create({ data: { ...key, selector: 'new', state: 'generated' } })
  await change({ isParked: true }, domain)
  const keys = (await values()).filter((line) => line.includes('p=AAAA'))
  expect(keys).toEqual(['dkim old._domainkey.a.test TXT v=DKIM1; k=rsa; p=AAAA'])
})

test('the id of the MTA-STS policy is kept with it and follows the mail servers', async () => {
  await change({ mtaSts: { ...(await read()).mtaSts, mode: 'testing' } })
  const first = await read()
  expect(first.mtaSts).toMatchObject({ mode: 'testing', changedAt: NOW.toISOString() })
  expect(await values()).toContain(`mta-sts _mta-sts.a.test TXT v=STSv1; id=${first.mtaSts.id}`)
  expect(await values()).toContain('mta-sts-host mta-sts.a.test CNAME mx1.host.test.')
  await addNode('mx2.host.test')
  await syncAllDomainRecords(actor)
  const second = await read()
  expect(second.mtaSts.id).not.toBe(first.mtaSts.id)
  expect(await values()).toContain(`mta-sts _mta-sts.a.test TXT v=STSv1; id=${second.mtaSts.id}`)
})

test('an enforced MTA-STS policy is not switched off at once', async () => {
  const mtaSts = { ...(await read()).mtaSts, mode: 'enforce' as const }
  await change({ mtaSts })
  await expect(change({ mtaSts: { ...mtaSts, mode: 'off' } })).rejects.toMatchObject({
    messageKey: 'dns.mtaStsHeld',
    values: { until: '2026-11-29 12:00' },
  })
  expect((await read()).mtaSts.mode).toBe('enforce')
})

test('services of the home node and the mail server are told to mail programs, and their ports', async () => {
  await client.node.updateMany({ data: { services: { smtps: '0.0.0.0:465', smtp: '0.0.0.0:25' } } })
  const home = await addNode('imap.host.test', { roles: ['imap'], services: { imaps: '127.0.0.1:2993', lmtp: 'x:24' } })
  await client.domain.update({ where: { id }, data: { homeNodeId: home.id } })
  await client.$transaction((tx) => syncDomainRecords(tx, id))
  const all = await values()
  expect(all).toContain('srv _imaps._tcp.a.test SRV 0 1 2993 imap.host.test.')
  expect(all).toContain('srv _submissions._tcp.a.test SRV 0 1 465 mx1.host.test.')
  expect(all).toContain('srv _pop3._tcp.a.test SRV 0 0 0 .')
  expect(all).toContain('autoconfig autoconfig.a.test CNAME mx1.host.test.')
  await change({ clients: false })
  expect((await values()).filter((line) => /^(srv|auto)/.test(line))).toEqual([])
})

test('what leads here is held back while mail is elsewhere', async () => {
  await change({ mx: 'later' })
  const { records } = await listDnsRecords(actor, domain)
  expect(records.map(({ purpose, isHeld }) => [purpose, isHeld])).toEqual([
    ['mx', true],
    ['spf', false],
    ['dmarc', false],
    ['tls-rpt', false],
  ])
})

test('a host below the domain has its records with it, unless another domain of ours is nearer', async () => {
  await addNode('mail.a.test')
  await addNode('mx.sub.a.test')
  const sub = await client.domain.create({
    data: { name: 'sub.a.test', hostedName: { create: { name: 'sub.a.test' } } },
  })
  await client.$transaction((tx) => syncDomainRecords(tx, id))
  await client.$transaction((tx) => syncDomainRecords(tx, sub.id))
  const ofHosts = (lines: string[]) => lines.filter((line) => line.startsWith('host-'))
  expect(ofHosts(await values())).toEqual([
    'host-address mail.a.test A 192.0.2.1',
    'host-spf mail.a.test TXT v=spf1 a -all',
  ])
  const { records } = await listDnsRecords(actor, 'sub.a.test')
  expect(records.filter(({ purpose }) => purpose === 'host-address').map(({ name }) => name)).toEqual(['mx.sub.a.test'])
})

test('another name of the domain has records in its own zone, shown with its own lines', async () => {
  await createDomainAlias(actor, { name: domain, alias: 'a.example' as DomainName })
  const { records } = await listDnsRecords(actor, domain)
  const ofAlias = records.filter(({ isOfAlias }) => isOfAlias)
  expect(ofAlias.map(({ purpose, zoneName, isOutside }) => [purpose, zoneName, isOutside])).toEqual(
    ['mx', 'spf', 'dmarc', 'tls-rpt'].map((purpose) => [purpose, 'a.example', true]),
  )
  const lines = [
    '_dmarc.a.example. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@a.example"',
    '_smtp._tls.a.example. 3600 IN TXT "v=TLSRPTv1; rua=mailto:postmaster@a.example"',
    'a.example. 3600 IN MX 10 mx1.host.test.',
    'a.example. 3600 IN TXT "v=spf1 ip4:192.0.2.1 ~all"',
  ]
  expect(zoneTextOf(records, 'a.example')).toBe(lines.map((line) => `${line}\n`).join(''))
  expect(zoneTextOf(records)).not.toContain('a.example')
})

test('a host below another name of the domain has its records with it', async () => {
  await createDomainAlias(actor, { name: domain, alias: 'a.example' as DomainName })
  await addNode('mail.a.example')
  await client.$transaction((tx) => syncDomainRecords(tx, id))
  expect(await values()).toContain('host-address mail.a.example A 192.0.2.1')
})

test('every mail host is shown with its own records and its reverse DNS', async () => {
  expect(await listMailHosts(actor)).toEqual([
    {
      hostName: 'mx1.host.test',
      records: [
        { purpose: 'host-address', name: 'mx1.host.test', type: 'A', value: '192.0.2.1' },
        { purpose: 'host-spf', name: 'mx1.host.test', type: 'TXT', value: 'v=spf1 a -all' },
      ],
      ptrs: [{ address: '192.0.2.1', name: '1.2.0.192.in-addr.arpa', hostName: 'mx1.host.test' }],
    },
  ])
})

test('an own record takes the place of a managed one that is a convenience, until it goes', async () => {
  await client.node.updateMany({ data: { services: { smtps: '0.0.0.0:465' } } })
  await client.$transaction((tx) => syncDomainRecords(tx, id))
  const managed = 'autoconfig autoconfig.a.test CNAME mx1.host.test.'
  expect(await values()).toContain(managed)
  const own = ownRecordSchema.parse({ domain, name: 'autoconfig', type: 'A', value: '192.0.2.80' })
  const { result } = await addOwnRecord(actor, own)
  expect(await values()).not.toContain(managed)
  await removeOwnRecord(actor, { domain, id: result.id })
  expect(await values()).toContain(managed)
})

test('a stored policy that nobody wrote is the default one', async () => {
  expect(await read()).toEqual(parseDnsPolicy({}))
})
