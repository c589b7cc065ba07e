import { expect, test } from 'vitest'
import { zoneNameOf } from '@/lib/dns/zone-name'

test.each([
  ['_dmarc.a.test', 'a.test'],
  ['a.test', 'a.test'],
  ['_dmarc.sub.a.test', 'sub.a.test'],
  ['mx.b.test', 'b.test'],
  ['a.test._report._dmarc.reports.test', 'reports.test'],
  ['ph1.a.test.keys.example.net', 'a.test.keys.example.net'],
])('%s is looked for by %s', (name, zone) => {
  expect(zoneNameOf(name, ['a.test', 'b.test', 'sub.a.test'])).toBe(zone)
})
