import { expect, test } from 'vitest'
import { dnsShow } from '@/cli/dns'
import { testDb } from '@/lib/db/testing'
import { syncDomainRecords } from '@/lib/dns/sync'

const client = testDb()

async function show(...args: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const code = await dnsShow(args, { out: (more) => (text += more), err: () => undefined })
  return { code, text }
}

test('prints a record a line as JSON and ends with 3 until every record that matters is ok', async () => {
  const { id } = await client.domain.create({ data: { name: 'a.test' } })
  await client.$transaction((tx) => syncDomainRecords(tx, id))
  const before = await show('A.test.', '--json')
  expect(before.code).toBe(3)
  const lines = before.text.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ purpose: 'dmarc', name: '_dmarc.a.test', type: 'TXT', found: [], observation: null }),
    expect.objectContaining({ purpose: 'tls-rpt', need: 'recommended', isHeld: false }),
  ])
  const rows = await client.dnsRecord.findMany()
  const seen = { state: 'ok', found: { findings: [], publish: null }, checkedAt: new Date(), since: new Date() }
  await client.dnsObservation.createMany({ data: rows.map(({ id: recordId }) => ({ recordId, ...seen })) })
  expect(await show('a.test')).toMatchObject({
    code: 0,
    text: expect.stringContaining('_dmarc.a.test. 3600 IN TXT "v=DMARC1;') as string,
  })
})

test('refuses a domain that is not there and words that mean nothing', async () => {
  await expect(show('b.test')).rejects.toThrow('NOT_FOUND domain.missing')
  await expect(show()).rejects.toThrow('missing')
  await expect(show('a.test', '--yaml')).rejects.toThrow('--yaml')
})
