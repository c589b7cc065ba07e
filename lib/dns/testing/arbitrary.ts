import fc from 'fast-check'
import { canonicalAddress, type DnsRecordData } from '@/lib/dns/record'

const label = fc.stringMatching(/^[a-z0-9_](?:[a-z0-9_-]{0,10}[a-z0-9_])?$/)
const hostLabel = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/)
const host = fc.array(hostLabel, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.test.`)
const number = fc.integer({ min: 0, max: 65535 })
const octet = fc.integer({ min: 0, max: 255 })
const text = fc.array(octet, { minLength: 1, maxLength: 600 }).map((codes) => String.fromCharCode(...codes))
const ipv4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))

type TypeAndValue = Pick<DnsRecordData, 'type' | 'value'>
const of = (type: TypeAndValue['type'], value: fc.Arbitrary<string>) =>
  value.map((canonical): TypeAndValue => ({ type, value: canonical }))

const typeAndValue = fc.oneof(
  of('A', ipv4),
  of(
    'AAAA',
    fc.ipV6().map((address) => canonicalAddress(address) ?? '::1'),
  ),
  of('CNAME', host),
  of(
    'MX',
    fc.tuple(number, host).map(([preference, exchange]) => `${preference} ${exchange}`),
  ),
  of(
    'SRV',
    fc.tuple(number, number, number, host).map((parts) => parts.join(' ')),
  ),
  of(
    'CAA',
    fc
      .tuple(octet, fc.stringMatching(/^[a-z]{1,9}$/), fc.stringMatching(/^[ !#-[\]-~]{0,40}$/))
      .map(([flags, tag, value]) => `${flags} ${tag} "${value}"`),
  ),
  of(
    'TLSA',
    fc
      .tuple(fc.constantFrom('0 0 1', '2 1 1', '3 1 1'), fc.stringMatching(/^[0-9a-f]{64}$/))
      .map(([how, digest]) => `${how} ${digest}`),
  ),
  // A text that begins with a quote would be read as one that is quoted already.
  of(
    'TXT',
    text.filter((value) => !value.trimStart().startsWith('"')),
  ),
)

/** Any record in canonical form, its name below `zone.test`. */
export const arbitraryRecord: fc.Arbitrary<DnsRecordData> = fc
  .record({
    labels: fc.array(label, { minLength: 1, maxLength: 3 }),
    ttlSeconds: fc.integer({ min: 0, max: 604_800 }),
    rest: typeAndValue,
  })
  .map(({ labels, ttlSeconds, rest }) => ({ name: `${labels.join('.')}.zone.test`, ttlSeconds, ...rest }))
