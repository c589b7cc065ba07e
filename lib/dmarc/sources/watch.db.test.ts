import { beforeEach, expect, test } from 'vitest'
import { testDb } from '@/lib/db/testing'
import { monthSum } from '@/lib/dmarc/roll-up'
import { watchReports } from '@/lib/dmarc/sources/watch'

const client = testDb()
const NOW = new Date('2026-11-22T12:00:00Z')
const day = (daysAgo: number) => new Date(Date.UTC(2026, 10, 22 - daysAgo))
let domain = { id: '', name: 'example.org' }

beforeEach(async () => {
  domain = await client.domain.create({
    data: { name: domain.name, hostedName: { create: { name: domain.name } } },
    select: { id: true, name: true },
  })
  await client.node.create({
    data: {
      ...{ name: 'mx1', roles: ['smtp'], hostName: 'mx1.host.test', publicAddresses: ['192.0.2.10'], services: {} },
      ...{ agentUrl: '', agentFingerprint: '', agentTokenSealed: '' },
    },
  })
})

/** Sums of one outcome, as storing a report makes them. */
async function give(sourceIp: string, daysAgo: number, messageCount: number, isStopped: boolean): Promise<void> {
  const outcome = {
    ...{ domainId: domain.id, trust: 'none', isDkimAligned: !isStopped, isSpfAligned: !isStopped },
    ...{ disposition: isStopped ? 'reject' : 'none', override: '' },
  }
  const reporter = `${sourceIp} ${isStopped}`
  await client.dmarcDay.create({ data: { ...outcome, day: day(daysAgo), reporter, messageCount } })
  const { month, sent } = monthSum(day(daysAgo).toISOString().slice(0, 10), messageCount)
  const line = { sourceIp, identity: `${daysAgo} ${isStopped}`, headerFrom: domain.name, dkim: [], spf: '' }
  await client.dmarcSourceMonth.create({ data: { ...outcome, ...line, month: new Date(month), sent } })
}

test('mail of our nodes that was stopped in the last week is watched; that of strangers is what the policy is for', async () => {
  expect(await watchReports(domain, NOW)).toEqual({ silentDays: null, stopped: [] })
  await give('203.0.113.9', 2, 500, true)
  await give('192.0.2.10', 7, 50, true)
  expect(await watchReports(domain, NOW)).toEqual({ silentDays: 2, stopped: [] })
  await give('192.0.2.10', 6, 300, false)
  await give('192.0.2.10', 5, 4, true)
  expect(await watchReports(domain, NOW)).toEqual({
    silentDays: 2,
    stopped: [{ name: 'mx1', kind: 'own', messages: 304, stopped: 4 }],
  })
})

test('a message that fails by accident is none', async () => {
  await give('192.0.2.10', 1, 999, false)
  await give('192.0.2.10', 2, 1, true)
  expect((await watchReports(domain, NOW)).stopped).toEqual([])
})
