import { expect, test } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { listSourceNames } from '@/lib/dmarc/sources/queries'
import { nameSource, removeSourceName } from '@/lib/dmarc/sources/service'
import type { DomainName } from '@/lib/domains/name'
import { getSourceList } from '@/lib/dmarc/sources/queries'
import { importReport } from '@/lib/dmarc/service'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'

const client = testDb()
const system = systemActor('test')
const NOW = new Date('2026-11-22T12:00:00Z')
const domain = 'example.org' as DomainName
const newsletter = { domain, match: '9.9.9.0/24', name: 'Newsletter', isOurs: true }

const give = (name: string) => client.domain.create({ data: { name, hostedName: { create: { name } } } })

async function giveReport(): Promise<void> {
  const base = sampleReport()
  const begin = NOW.getTime() / 1000 - 36 * 3600
  const records = [
    sampleRecord({ count: 5, sourceIp: '9.9.9.10', dkim: 'fail', spf: 'fail', dkimResults: [], spfResults: [] }),
    sampleRecord({ count: 2, sourceIp: '8.8.8.8', dkim: 'fail', spf: 'fail', dkimResults: [], spfResults: [] }),
  ]
  const xml = reportXml({ ...base, metadata: { ...base.metadata, begin, end: begin + 86_399 }, records })
  await importReport(system, { name: 'r', content: Buffer.from(xml) }, () => NOW)
}

test('a name makes a source of what fits it, is written down, and goes again', async () => {
  await give('example.org')
  await giveReport()
  const keys = async () =>
    (await getSourceList(system, domain, { now: NOW })).sources.map(({ key, advice }) => [key, advice])
  expect(await keys()).toEqual([
    ['unknown:9.9.9.10', 'find-out'],
    ['unknown:8.8.8.8', 'find-out'],
  ])
  const { result } = await nameSource(system, newsletter)
  await nameSource(system, { domain, match: '8.8.8.8', name: 'Stranger', isOurs: false })
  expect(await keys()).toEqual([
    ['named:ours:Newsletter', 'named-sign-or-include'],
    ['named:other:Stranger', 'not-ours'],
  ])
  expect(await client.auditEntry.findFirst({ orderBy: { id: 'asc' } })).toMatchObject({
    ...{ action: 'report-source:name', subject: 'Newsletter', domainNames: ['example.org'] },
    detail: { match: '9.9.9.0/24', isOurs: true },
  })
  await removeSourceName(system, { domain, id: result.id })
  expect(await keys()).toEqual([
    ['unknown:9.9.9.10', 'find-out'],
    ['named:other:Stranger', 'not-ours'],
  ])
})

test('a match has one name, and one name is said of one way', async () => {
  await give('example.org')
  await nameSource(system, newsletter)
  await nameSource(system, { ...newsletter, name: 'Shop', isOurs: false })
  await nameSource(system, { ...newsletter, match: 'shop.test', name: 'Shop', isOurs: false })
  expect((await listSourceNames(system, domain)).map(({ match, name, isOurs }) => [match, name, isOurs])).toEqual([
    ['9.9.9.0/24', 'Shop', false],
    ['shop.test', 'Shop', false],
  ])
  await expect(nameSource(system, { ...newsletter, name: 'Shop', isOurs: true })).rejects.toMatchObject({
    ...{ code: 'CONFLICT', field: 'isOurs' },
  })
})

test('names are of one domain: another tenant can neither see nor remove them', async () => {
  await give('example.org')
  await give('example.net')
  const { result } = await nameSource(system, newsletter)
  const admin = await client.admin.create({
    data: { email: 'a@example.net', name: 'A', role: 'domain_admin', passwordHash: '' },
  })
  const { id: domainId } = await client.domain.findUniqueOrThrow({ where: { name: 'example.net' } })
  await client.grant.create({ data: { adminId: admin.id, domainId } })
  const actor: Actor = {
    ...{ kind: 'admin', id: admin.id, name: 'A', role: 'domain_admin', sessionId: '', address: null },
  }
  const other = 'example.net' as DomainName
  await expect(removeSourceName(actor, { domain, id: result.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(removeSourceName(actor, { domain: other, id: result.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await nameSource(actor, { ...newsletter, domain: other, name: 'Mine' })
  expect(await listSourceNames(actor, other)).toMatchObject([{ name: 'Mine', createdBy: 'A' }])
  expect(await listSourceNames(system, domain)).toMatchObject([{ name: 'Newsletter' }])
})
