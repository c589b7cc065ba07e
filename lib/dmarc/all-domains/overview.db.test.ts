import { describe, expect, it } from 'vitest'
import { systemActor, type Actor } from '@/lib/auth/actor'
import { testDb } from '@/lib/db/testing'
import { getAllDomains } from '@/lib/dmarc/all-domains/overview'
import { importReport } from '@/lib/dmarc/service'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'
import type { AggregateRecord } from '@/lib/dmarc/schema'

const NOW = new Date('2026-11-22T12:00:00Z')
const system = systemActor('test')
const client = testDb()
let reports = 0

async function domain(name: string): Promise<string> {
  const { id } = await client.domain.create({ data: { name, hostedName: { create: { name } } }, select: { id: true } })
  return id
}

async function domainAdmin(...domainIds: string[]): Promise<Actor> {
  const { id } = await client.admin.create({
    data: {
      ...{ email: `${reports++}@x.test`, name: 'D', role: 'domain_admin', passwordHash: '' },
      grants: { create: domainIds.map((domainId) => ({ domainId })) },
    },
  })
  return { kind: 'admin', id, name: 'D', role: 'domain_admin', sessionId: '', address: null }
}

/** A report about a day so long before, with one row of each outcome that has messages. */
async function give(name: string, daysAgo: number, counts: { aligned?: number; delivered?: number; stopped?: number }) {
  const base = sampleReport()
  const failed: Partial<AggregateRecord> = { dkim: 'fail', spf: 'fail', sourceIp: '198.51.100.7' }
  const rows: [number | undefined, Partial<AggregateRecord>][] = [
    [counts.aligned, {}],
    [counts.delivered, failed],
    [counts.stopped, { ...failed, disposition: 'reject' }],
  ]
  const records = rows.flatMap(([count, changes]) =>
    count === undefined ? [] : [sampleRecord({ ...changes, count, headerFrom: name })],
  )
  const begin = Date.parse('2026-11-22T00:00:00Z') / 1000 - daysAgo * 86_400
  const metadata = { ...base.metadata, reportId: `r${reports++}`, begin, end: begin + 3_600 }
  const policy = { ...base.policy, domain: name, p: daysAgo < 7 ? ('reject' as const) : ('none' as const) }
  const content = Buffer.from(reportXml({ ...base, metadata, policy, records }))
  expect(await importReport(system, { name: 'r.xml', content }, () => NOW)).toMatchObject({ state: 'stored' })
}

describe('all domains together', () => {
  it('list first what failed and was delivered, then what has most messages, with the time before beside', async () => {
    await domain('calm.test')
    await domain('wide.test')
    await domain('leaky.test')
    await domain('gone.test')
    await domain('silent.test')
    await give('calm.test', 1, { aligned: 10 })
    await give('wide.test', 1, { aligned: 900, stopped: 100 })
    await give('leaky.test', 2, { aligned: 5, delivered: 3 })
    await give('leaky.test', 8, { aligned: 7, delivered: 1 })
    await give('gone.test', 10, { aligned: 4 })
    const all = await getAllDomains(system, { days: 7, now: NOW })
    expect(all.domains.map(({ name }) => name)).toEqual(['leaky.test', 'wide.test', 'calm.test', 'gone.test'])
    expect(all.domains[0]).toEqual({
      ...{ name: 'leaky.test', messages: 8, aligned: 5, delivered: 3, stopped: 0 },
      ...{ before: { messages: 8, aligned: 7 }, sources: 2, policy: 'reject' },
    })
    expect(all.domains[3]).toMatchObject({ messages: 0, before: { messages: 4 }, sources: 0, policy: 'none' })
    expect([all.matching, all.visible]).toEqual([4, 5])
    expect(all.totals).toEqual({ messages: 1018, aligned: 915, delivered: 3, stopped: 100 })
    expect(all.before).toEqual({ messages: 12, aligned: 11, delivered: 1, stopped: 0 })
  })

  it('add up by day to the totals, with a day for each without a message', async () => {
    await domain('a.test')
    await domain('b.test')
    await give('a.test', 0, { aligned: 1, delivered: 2, stopped: 3 })
    await give('b.test', 0, { aligned: 10 })
    await give('b.test', 6, { aligned: 100 })
    await give('b.test', 7, { aligned: 1000 })
    const { days, totals } = await getAllDomains(system, { days: 7, now: NOW })
    expect(days).toHaveLength(7)
    expect(days[0]).toEqual({ day: '2026-11-16', aligned: 100, delivered: 0, stopped: 0 })
    expect(days[6]).toEqual({ day: '2026-11-22', aligned: 11, delivered: 2, stopped: 3 })
    expect(totals.messages).toBe(116)
  })

  it('are searched by name, and nothing else is', async () => {
    await domain('alpha.test')
    await domain('beta.test')
    await give('alpha.test', 1, { aligned: 1 })
    await give('beta.test', 1, { aligned: 2 })
    const found = await getAllDomains(system, { days: 7, now: NOW, search: ' ALPH' })
    expect(found.domains.map(({ name }) => name)).toEqual(['alpha.test'])
    expect([found.matching, found.totals.messages]).toEqual([1, 3])
    expect((await getAllDomains(system, { now: NOW, search: '%' })).domains).toEqual([])
  })

  it('are those that the actor may see, and none that is deleted', async () => {
    const own = await domain('own.test')
    const gone = await domain('gone.test')
    await domain('other.test')
    for (const name of ['own.test', 'gone.test', 'other.test']) await give(name, 1, { delivered: 5 })
    await client.domain.update({ where: { id: gone }, data: { deletedAt: NOW } })
    const limited = await getAllDomains(await domainAdmin(own, gone), { days: 7, now: NOW })
    expect(limited.domains.map(({ name }) => name)).toEqual(['own.test'])
    expect([limited.totals.messages, limited.visible, limited.days[5]?.delivered]).toEqual([5, 1, 5])
    const all = await getAllDomains(system, { days: 7, now: NOW })
    expect(all.domains.map(({ name }) => name)).toEqual(['other.test', 'own.test'])
    expect(await getAllDomains(await domainAdmin(), { days: 7, now: NOW })).toMatchObject({ domains: [], visible: 0 })
  })

  it('can leave out what unverified mail says', async () => {
    const id = await domain('a.test')
    await give('a.test', 1, { aligned: 1 })
    await client.dmarcDomainDay.updateMany({ where: { domainId: id }, data: { trust: 'unverified' } })
    expect((await getAllDomains(system, { now: NOW })).totals.messages).toBe(1)
    expect((await getAllDomains(system, { now: NOW, withoutUnverified: true })).totals.messages).toBe(0)
  })
})
