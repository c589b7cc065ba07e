import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCharacterStrings, formatCharacterStrings } from '@/lib/dns/character-strings'
import { canonicalValue, RECORD_TYPES, type DnsRecordData } from '@/lib/dns/record'
import { arbitraryRecord } from '@/lib/dns/testing/arbitrary'
import { wantedInput } from '@/lib/dns/testing/wanted-input'
import { wantedRecords } from '@/lib/dns/wanted-records'
import { formatZoneLine, formatZoneText, parseZoneLine } from '@/lib/dns/zone-text'

test('the zone text of a domain with two hosts and three keys is the golden one', async () => {
  const key = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(12)
  const input = wantedInput('example.org', {
    hosts: [
      { hostName: 'mx2.example.net', publicAddresses: ['2001:DB8::2', '192.0.2.2'] },
      { hostName: 'mx1.example.net', publicAddresses: ['192.0.2.1'] },
    ],
    keys: [
      { id: 'b', selector: 's20261122-abcd', publicKey: key, isRevoked: false },
      { id: 'a', selector: 's20260101-zzzz', publicKey: key, isRevoked: true },
      { id: 'c', selector: 's20261123-none', publicKey: '', isRevoked: false },
    ],
  })
  await expect(formatZoneText(wantedRecords(input))).toMatchFileSnapshot('./golden/hosted.zone')
})

test('every text comes back from its quoted strings, none of which is too long', () => {
  const octets = fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 700 })
    .map((codes) => String.fromCharCode(...codes))
  fc.assert(
    fc.property(octets, (text) => {
      const quoted = formatCharacterStrings(text)
      expect(quoted).toMatch(/^[\x20-\x7e]+$/)
      expect(parseCharacterStrings(quoted)).toBe(text)
    }),
  )
})

test('every record comes back from its line', () => {
  fc.assert(
    fc.property(arbitraryRecord, (record) => {
      const line = formatZoneLine(record)
      expect(line).not.toMatch(/[\x00-\x1f\x7f]/)
      expect(parseZoneLine(line)).toEqual(record)
    }),
  )
})

test('whatever text a value is made from, its line is one line of printable ASCII or nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...RECORD_TYPES), fc.string({ unit: 'binary' }), (type, text) => {
      const value = canonicalValue(type, text)
      if (value === null) return
      expect(formatZoneLine({ name: 'a.test', type, ttlSeconds: 1, value })).toMatch(/^[\x20-\x7e]+$/)
    }),
    { numRuns: 2000 },
  )
})

test.each<Partial<DnsRecordData>>([
  { name: 'a b.test' },
  { name: 'A.test' },
  { value: '192.0.2.1\nb.test. 1 IN A 192.0.2.2' },
  { ttlSeconds: -1 },
  { ttlSeconds: 1.5 },
])('refuses to write %o', (wrong) => {
  const record: DnsRecordData = { name: 'a.test', type: 'A', ttlSeconds: 1, value: '192.0.2.1', ...wrong }
  expect(() => formatZoneLine(record)).toThrow()
})
