import { expect, test } from 'vitest'
import { testDb } from '@/lib/db/testing'
import { lookUpSenders, missingNames } from '@/lib/dmarc/look-up-senders'
import { monthSum } from '@/lib/dmarc/roll-up'
import { fakeAsk } from '@/lib/dns/testing/fake-ask'

const client = testDb()
const NOW = new Date('2026-11-22T12:00:00Z')
const RESOLVER = '192.0.2.53'

function world(records: Record<string, string[]>, { log = [] as string[], now = NOW, server = RESOLVER } = {}) {
  const dns = { ask: fakeAsk('test', { [RESOLVER]: records }, log), resolvers: [{ address: server, port: 53 }] }
  return { dns, clock: () => now }
}

async function give(...headerFroms: string[]): Promise<void> {
  const { id: domainId } = await client.domain.create({
    data: { name: 'example.org', hostedName: { create: { name: 'example.org' } } },
  })
  const outcome = { trust: 'none', isDkimAligned: false, isSpfAligned: false, disposition: 'none', override: '' }
  const { month, sent } = monthSum('2026-11-20', 1)
  await client.dmarcSourceMonth.createMany({
    data: headerFroms.map((headerFrom, at) => ({
      ...{ domainId, month: new Date(month), sent, sourceIp: '192.0.2.1', identity: `${at}`, ...outcome },
      ...{ headerFrom, dkim: [], spf: '' },
    })),
  })
}

const NAMES = ['shop.example.org', 'made-up.example.org', 'no host!.example.org']

test('names of subdomains are asked about once a week, and those that are not there are missing', async () => {
  await give('example.org', '', ...NAMES)
  const log: string[] = []
  const records = { 'shop.example.org A': ['192.0.2.7'] }
  expect(await lookUpSenders(world(records, { log }))).toBe(false)
  expect(log.map((line) => line.split(' ')[2]).sort()).toEqual(['made-up.example.org', 'shop.example.org'])
  expect(await missingNames(['example.org', ...NAMES])).toEqual(new Set(NAMES.slice(1)))
  log.length = 0
  await lookUpSenders(world(records, { log }))
  expect(log).toEqual([])
  const later = new Date(NOW.getTime() + 8 * 86_400_000)
  await lookUpSenders(world({ ...records, 'made-up.example.org A': ['192.0.2.8'] }, { log, now: later }))
  expect(await missingNames(NAMES)).toEqual(new Set(['no host!.example.org']))
})

test('a name of which no server answers counts as there, and is asked again hours later', async () => {
  await give('made-up.example.org')
  await lookUpSenders(world({}, { server: '192.0.2.54' }))
  expect(await missingNames(NAMES)).toEqual(new Set())
  const log: string[] = []
  await lookUpSenders(world({}, { log }))
  expect(log).toEqual([])
  await lookUpSenders(world({}, { log, now: new Date(NOW.getTime() + 7 * 3_600_000) }))
  expect(await missingNames(NAMES)).toEqual(new Set(['made-up.example.org']))
})
