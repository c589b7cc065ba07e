import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PublishedRow } from '@/lib/dns/publish-plan'
import { publishRrset, type RrsetToPublish } from '@/lib/dns/publish-rrset'
import { fakeProvider, type FakeOptions, type FakeRecords } from '@/lib/dns/testing/fake-provider'
import { parseSpfRecord } from '@/lib/spf/record'

const ZONE = 'a.test'
const SPF = 'v=spf1 ip4:192.0.2.1 ~all'
const DMARC = 'v=DMARC1; p=none; rua=mailto:postmaster@a.test'
const row = (purpose: PublishedRow['purpose'], value: string): PublishedRow => ({ purpose, value })
const set = (name: string, type: RrsetToPublish['type'], ...rows: PublishedRow[]): RrsetToPublish => ({
  name,
  type,
  ttlSeconds: 60,
  rows,
})

function publish(records: FakeRecords, options: FakeOptions = {}, wanted = set(ZONE, 'TXT', row('spf', SPF))) {
  return publishRrset(fakeProvider(ZONE, records, options), ZONE, wanted)
}
const zone = (...texts: string[]): FakeRecords => new Map([[`${ZONE} TXT`, texts]])

describe('a provider', () => {
  test('that writes is believed only after reading back, and is not written to again', async () => {
    const records = zone('site=1')
    const writes: string[] = []
    expect(await publish(records, { writes })).toEqual({ status: 'published', words: '' })
    expect(await publish(records, { writes })).toEqual({ status: 'unchanged', words: '' })
    expect(writes).toEqual([`${ZONE} TXT`])
  })

  test('that accepts and does nothing is found out', async () => {
    expect(await publish(zone('site=1'), { fault: 'does nothing' })).toMatchObject({ status: 'unconfirmed' })
  })

  test('that changes half is found out', async () => {
    const outcome = await publish(zone('v=spf1 include:x.test -all'), { fault: 'adds only' })
    expect(outcome).toMatchObject({ status: 'partial', words: expect.stringContaining('include:x.test') as string })
  })

  test('that loses what stood beside is found out', async () => {
    const outcome = await publish(zone('site=1'), { fault: 'takes all away' })
    expect(outcome).toEqual({ status: 'partial', words: 'gone: "site=1"' })
  })

  test('whose zone others change all the time is left alone in the end', async () => {
    let count = 0
    const meanwhile = (records: FakeRecords) => records.get(`${ZONE} TXT`)?.push(`theirs ${++count}`)
    expect(await publish(zone('site=1'), { meanwhile })).toMatchObject({ status: 'conflict' })
  })

  test('that cannot hold a type is not asked', async () => {
    const provider = { ...fakeProvider(ZONE, new Map()), takes: () => false }
    expect(await publishRrset(provider, ZONE, set(ZONE, 'CAA', row('own', '0 issue "ca.test"')))).toEqual({
      status: 'unsupported',
      words: 'CAA',
    })
  })
})

const WANTED = [
  set(ZONE, 'TXT', row('spf', SPF), row('withdrawn', 'v=spf1 ip4:192.0.2.9 ~all'), row('own', 'our text')),
  set(ZONE, 'MX', row('mx', '10 mx1.host.test.'), row('withdrawn', '10 old.host.test.')),
  set(`_dmarc.${ZONE}`, 'TXT', row('dmarc', DMARC)),
  set(`s1._domainkey.${ZONE}`, 'TXT', row('dkim', 'v=DKIM1; k=rsa; p=AAAA')),
  set(`www.${ZONE}`, 'A', row('own', '192.0.2.80')),
]
const KEYS = WANTED.map(({ name, type }) => `${name} ${type}`)

const texts = fc.oneof(
  fc.stringMatching(/^[ -~]{1,40}$/),
  fc.constantFrom(
    ...[SPF, DMARC, 'v=spf1 include:x.test -all', 'v=spf1 a mx ?all', 'v=spf1 ip4:192.0.2.9 include:y.test ~all'],
    ...['v=DMARC1; p=reject', 'v=DKIM1; k=rsa; p=BBBB', 'v=DKIM1; p=', 'google-site-verification=1', 'our text'],
  ),
)
const values: Record<string, fc.Arbitrary<string>> = {
  TXT: texts,
  MX: fc.constantFrom('10 mx1.host.test.', '5 mx1.host.test.', '10 old.host.test.', '10 other.test.'),
  A: fc.constantFrom('192.0.2.80', '192.0.2.81'),
}
const zones = fc.record(
  Object.fromEntries(
    KEYS.map((key) => [key, fc.uniqueArray(values[key.split(' ')[1] ?? ''] ?? texts, { maxLength: 4 })]),
  ),
)

/** True where what a record said is still said: it stands there, or as part of an SPF record that was extended. */
function isStillSaid(value: string, after: readonly string[], ours: readonly string[]): boolean {
  if (after.includes(value)) return true
  const terms = parseSpfRecord(value)?.map((term) => term.text)
  const kept = terms?.filter((term) => !ours.some((text) => text.split(' ').includes(term)))
  return kept !== undefined && after.some((text) => kept.every((term) => text.split(' ').includes(term)))
}

test('whatever a zone holds: nothing of others is lost, and what is published once is not written again', async () => {
  await fc.assert(
    fc.asyncProperty(zones, async (before) => {
      const records: FakeRecords = new Map([
        ...Object.entries(before).map(([key, list]) => [key, [...list]] as [string, string[]]),
        ['beside.a.test TXT', ['untouched']] as [string, string[]],
      ])
      for (const wanted of WANTED) await publish(records, {}, wanted)
      for (const [index, key] of KEYS.entries()) {
        const gone = (WANTED[index]?.rows ?? [])
          .filter(({ purpose }) => purpose === 'withdrawn')
          .map((one) => one.value)
        const foreign = (before[key] ?? []).filter((value) => !gone.includes(value))
        const lost = foreign.filter((value) => !isStillSaid(value, records.get(key) ?? [], gone))
        expect([key, lost]).toEqual([key, []])
      }
      expect(records.get('beside.a.test TXT')).toEqual(['untouched'])
      const writes: string[] = []
      for (const wanted of WANTED) await publish(records, { writes }, wanted)
      expect(writes).toEqual([])
    }),
    { numRuns: 300 },
  )
})
