import { expect, test } from 'vitest'
import { needOf, PURPOSES } from '@/lib/dns/purpose'
import { canonicalValue, isInside } from '@/lib/dns/record'
import { wantedInput } from '@/lib/dns/testing/wanted-input'
import { aliasRecords, wantedRecords, type WantedRecord } from '@/lib/dns/wanted-records'
import { formatZoneLine } from '@/lib/dns/zone-text'

const KEY = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(12)
const ED_KEY = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='
const HOSTS = [
  { hostName: 'mx2.example.net', publicAddresses: ['2001:DB8::2', '192.0.2.2'] },
  { hostName: 'mx1.example.net', publicAddresses: ['192.0.2.1'] },
]
const KEYS = [
  { id: 'b', selector: 's20261122-abcd', publicKey: KEY, isRevoked: false },
  { id: 'a', selector: 's20260101-zzzz', publicKey: KEY, isRevoked: true },
  { id: 'c', selector: 's20261123-none', publicKey: '', isRevoked: false },
]
const SERVICES = {
  imaps: { host: 'imap1.example.net', port: 993 },
  submissions: { host: 'mx1.example.net', port: 465 },
  submission: { host: 'mx1.example.net', port: 587 },
  sieve: { host: 'imap1.example.net', port: 4190 },
}
const HOSTED = { hosts: HOSTS, keys: KEYS, panelHost: 'panel.example.net', services: SERVICES }
const DIGESTS = ['AB'.repeat(32), 'cd'.repeat(32)]
const EVERYTHING = {
  spfAll: '-',
  dmarc: {
    ...{ p: 'quarantine', sp: 'reject', np: 'reject', adkim: 's', aspf: 's', fo: '1:d', psd: 'n', t: true },
    rua: ['mailto:dmarc@example.org', 'mailto:r,1@reports.example.com'],
    ruf: ['mailto:failures@reports.example.com'],
  },
  mtaSts: { mode: 'enforce', maxAgeSeconds: 604_800 },
  tlsRpt: ['mailto:tls@example.org', 'https://reports.example.com/tls?a=1,2;3'],
  caa: ['letsencrypt.org', 'ca.example.net; accounturi=https://ca.example.net/1'],
  bimi: { logo: 'https://example.org/logo.svg', certificate: 'https://example.org/vmc;1.pem' },
}

/** What is reviewed: each record with its need, purpose and the key of its reason, then its line of a zone file. */
function review(records: readonly WantedRecord[]): string {
  return records
    .map(
      (record) =>
        `; ${record.need} ${record.purpose} ${record.why.key}${record.isHeld ? ' held' : ''}\n${formatZoneLine(record)}\n`,
    )
    .join('')
}

const CASES = {
  hosted: wantedInput('example.org', HOSTED),
  everything: wantedInput('example.org', {
    ...HOSTED,
    policy: EVERYTHING,
    keys: [
      { id: 'b', selector: 's1', publicKey: KEY, isRevoked: false, flags: ['y', 's'] },
      { id: 'e', selector: 's1-ed', publicKey: ED_KEY, isRevoked: false, algorithm: 'ed25519-sha256' },
    ],
    hostsInside: [
      {
        hostName: 'mail.example.org',
        publicAddresses: ['192.0.2.9', '2001:db8::9'],
        isSender: true,
        tlsaDigests: DIGESTS,
      },
      { hostName: 'imap.example.org', publicAddresses: ['192.0.2.10'], isSender: false, tlsaDigests: DIGESTS },
      { hostName: 'mx.unsigned.example.org', publicAddresses: ['192.0.2.11'], isSender: true, tlsaDigests: [] },
    ],
  }),
  parked: wantedInput('example.org', { ...HOSTED, keys: [], policy: { isParked: true, caa: [';'] } }),
  delegated: wantedInput('example.org', {
    ...HOSTED,
    keys: [{ id: 'b', selector: 's20261122-abcd', publicKey: KEY, isRevoked: false, slot: 'ph1' }],
    delegation: { zone: 'keys.example.net', slots: ['ph1', 'ph2', 'ph3'] },
  }),
  relayed: wantedInput('example.org', { ...HOSTED, kind: 'relayed', policy: { mx: 'later' } }),
  backup: wantedInput('example.org', { ...HOSTED, kind: 'backup_mx' }),
}

test.each(Object.entries(CASES))('the plan of a domain, %s, is the golden one', async (name, input) => {
  await expect(review(wantedRecords(input))).toMatchFileSnapshot(`./golden/${name}.plan`)
})

test('every value is canonical, and no record is wanted twice', () => {
  for (const input of Object.values(CASES)) {
    const records = wantedRecords(input)
    for (const { type, value } of records) expect(canonicalValue(type, value)).toBe(value)
    const names = records.map(({ name, type, value }) => `${name} ${type} ${value}`)
    expect(new Set(names).size).toBe(names.length)
  }
})

test('without a mail host there is neither MX nor SPF: nobody is told that nobody sends', () => {
  const records = wantedRecords(wantedInput('example.org'))
  expect(records.map((record) => record.purpose)).toEqual(['dmarc', 'tls-rpt'])
})

test('the id of the MTA-STS policy changes with mode, age and mail servers, and with nothing else', () => {
  const id = (mtaSts: object, hosts = HOSTS) =>
    wantedRecords(wantedInput('example.org', { ...HOSTED, hosts, policy: { mtaSts } })).find(
      ({ purpose }) => purpose === 'mta-sts',
    )?.value
  const testing = id({ mode: 'testing' })
  expect(testing).toMatch(/^v=STSv1; id=[0-9a-f]{20}$/)
  expect(id({ mode: 'testing', changedAt: '2026-11-22T12:00:00Z' })).toBe(testing)
  expect(id({ mode: 'testing' }, HOSTS.toReversed())).toBe(testing)
  const others = [id({ mode: 'enforce' }), id({ mode: 'testing', maxAgeSeconds: 86_400 }), id({ mode: 'testing' }, [])]
  expect(new Set([testing, ...others]).size).toBe(4)
  expect(id({ mode: 'off' })).toBeUndefined()
})

test.each([
  [['mailto:a@example.org', 'mailto:a@sub.mail.example.org', 'mailto:a@org', 'https://x.example.com/'], []],
  [['mailto:a@EXAMPLE.com', 'mailto:b@example.com'], ['mail.example.org._report._dmarc.example.com']],
])('reports to %j need permission at %j', (rua, names) => {
  const records = wantedRecords(wantedInput('mail.example.org', { policy: { dmarc: { rua } } }))
  expect(records.filter(({ purpose }) => purpose === 'report-permission').map(({ name }) => name)).toEqual(names)
})

test('while mail is still elsewhere nothing is published that leads it, or mail programs, here', () => {
  const input = wantedInput('example.org', { ...HOSTED, policy: { mx: 'later', mtaSts: { mode: 'testing' } } })
  const purposes = (isHeld: boolean) => [
    ...new Set(wantedRecords(input).flatMap((record) => (record.isHeld === isHeld ? [record.purpose] : []))),
  ]
  expect(purposes(true)).toEqual(['mx', 'mta-sts', 'mta-sts-host', 'autoconfig', 'autodiscover', 'srv'])
  expect(purposes(false)).toEqual(['spf', 'dkim', 'dmarc', 'tls-rpt'])
  const parked = wantedRecords(wantedInput('example.org', { ...HOSTED, policy: { mx: 'later', isParked: true } }))
  expect(parked.filter(({ isHeld }) => isHeld)).toEqual([])
})

test('another name of a domain has all in its own zone but keys and logo', () => {
  const records = aliasRecords(CASES.everything, 'example.net')
  expect(new Set(records.map(({ purpose }) => purpose))).toEqual(
    new Set([
      ...['mx', 'spf', 'dmarc', 'report-permission', 'mta-sts', 'mta-sts-host', 'tls-rpt'],
      ...['autoconfig', 'autodiscover', 'srv', 'caa'],
    ]),
  )
  const names = records.filter(({ purpose }) => purpose !== 'report-permission').map(({ name }) => name)
  expect(names.filter((name) => !isInside(name, 'example.net'))).toEqual([])
  // Its reports go to addresses of the domain, which so has to allow them.
  expect(records.map(({ name }) => name)).toContain('example.net._report._dmarc.example.org')
})

test('a record that leads the panel’s name to itself is not wanted', () => {
  const input = wantedInput('example.org', { ...HOSTED, panelHost: 'autoconfig.example.org' })
  expect(wantedRecords(input).filter(({ purpose }) => purpose === 'autoconfig')).toEqual([])
})

test.each(['mailto:a b@x.test', 'http://x.test', 'mailto:a@x.test\u00e9', 'a@x.test'])(
  'refuses to write the URI %s',
  (uri) => {
    expect(() => wantedRecords(wantedInput('example.org', { policy: { tlsRpt: [uri] } }))).toThrow()
  },
)

test('each purpose has a need', () => {
  for (const purpose of PURPOSES)
    expect(needOf({ purpose, name: 'a.test', value: '' })).toMatch(/^(required|recommended|optional)$/)
})
