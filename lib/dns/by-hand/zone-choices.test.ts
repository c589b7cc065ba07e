import { expect, test } from 'vitest'
import { zoneChoices } from '@/lib/dns/by-hand/zone-choices'

test.each([
  ['example.org', ['example.org']],
  ['mail.example.org', ['example.org', 'mail.example.org']],
  ['a.b.example.co.uk', ['example.co.uk', 'b.example.co.uk', 'a.b.example.co.uk']],
  ['journey.test', ['journey.test']],
  ['a.journey.test', ['journey.test', 'a.journey.test']],
  ['test', ['test']],
])('the zones that %s may stand in', (domain, zones) => {
  expect(zoneChoices(domain)).toEqual(zones)
})
