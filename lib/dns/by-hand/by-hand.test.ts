import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { EXPORT_FORMATS, renderExport } from '@/lib/dns/by-hand/export'
import { gandiLine } from '@/lib/dns/by-hand/gandi'
import { genericFields, type GenericStyle } from '@/lib/dns/by-hand/generic'
import type { FilledForm, HandRecord } from '@/lib/dns/by-hand/hand-record'
import { ovhForm } from '@/lib/dns/by-hand/ovh'
import type { RecordType } from '@/lib/dns/record'

const ZONE = 'example.org'
const KEY = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(12)
const record = (name: string, type: RecordType, value: string, ttlSeconds = 3600): HandRecord => ({
  ...{ name: name === '' ? ZONE : `${name}.${ZONE}`, type, value, ttlSeconds, zone: ZONE },
})

const RECORDS = [
  record('', 'MX', '10 mx1.example.net.'),
  record('', 'TXT', 'v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 include:_spf.example.com ~all'),
  record('s1._domainkey', 'TXT', `v=DKIM1; k=rsa; p=${KEY}`),
  record('s2._domainkey', 'TXT', 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='),
  record('old._domainkey', 'TXT', 'v=DKIM1; p='),
  record('_dmarc', 'TXT', 'v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org'),
  record('_mta-sts', 'TXT', 'v=STSv1; id=20261122', 30),
  record('_imaps._tcp', 'SRV', '0 1 993 mx1.example.net.'),
  record('_pop3s._tcp', 'SRV', '0 0 0 .'),
  record('_25._tcp.mx', 'TLSA', '3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'),
  record('', 'CAA', '0 issue "letsencrypt.org"'),
  record('', 'CAA', '128 issuewild ";"'),
  record('autoconfig', 'CNAME', 'panel.example.net.'),
  record('mx', 'A', '192.0.2.1'),
  record('mx', 'AAAA', '2001:db8::1'),
]

/** One file a kind of rendering: what a reviewer reads. `vitest -u` writes them anew. */
async function golden(file: string, text: string): Promise<void> {
  await expect(text).toMatchFileSnapshot(`golden/${file}`)
}

function formText({ entry, fields }: FilledForm): string {
  const lines = fields.map(({ label, value, isChoice }) => `  ${label}${isChoice ? ' ->' : ':'} ${value}\n`)
  return `${entry}\n${lines.join('')}`
}

test('OVHcloud: which field of which form gets what', async () => {
  await golden('ovh.txt', RECORDS.map((one) => formText(ovhForm(one))).join('\n'))
})

describe('OVHcloud’s assistants', () => {
  test.each([
    ['v=spf1 a mx ip4:192.0.2.0/24 -all', 'SPF'],
    ['v=spf1 a/24 a:x.test -all', 'SPF'],
    ['v=spf1 redirect=_spf.example.com', 'TXT'],
    ['v=spf1 exists:%{i}.x.test ~all', 'TXT'],
    ['v=spf1 -ip4:192.0.2.9 ip4:192.0.2.0/24 ~all', 'TXT'],
    ['v=DMARC1; p=none; np=reject', 'TXT'],
    ['v=DMARC1; p=reject; sp=none; aspf=s', 'DMARC'],
    ['v=DKIM1; k=ed25519; p=AAAA', 'TXT'],
    ['v=DKIM1; t=y:s; s=email; h=sha256; p=AAAA', 'DKIM'],
    ['site-verification=1', 'TXT'],
  ])('are used for what they can hold: %s by %s', (value, entry) => {
    expect(ovhForm(record('', 'TXT', value)).entry).toBe(entry)
  })

  /** What the SPF form makes of its fields, as OVHcloud's own panel does it. */
  function spfMadeBy({ fields }: FilledForm): string {
    const of = (label: string) => fields.find((field) => field.label === label)?.value ?? ''
    const own = ['a', 'mx', 'ptr'].filter((name) => of(`${name}Sender`) === 'yes')
    const listed = ['a', 'mx', 'ptr', 'ip4', 'ip6', 'include'].flatMap((name) =>
      of(name)
        .split(' ')
        .filter(Boolean)
        .map((value) => (new RegExp(`^${name}[/:]`).test(value) ? value : `${name}:${value}`)),
    )
    const all = { sure: '-all', safe: '~all', no: '?all' }[of('all')] ?? ''
    return ['v=spf1', ...own, ...listed, all].join(' ')
  }

  test.each([
    'v=spf1 a mx ip4:192.0.2.1 ip4:192.0.2.2 ip6:2001:db8::1 include:_spf.example.com ~all',
    'v=spf1 a/24 a:x.test include:y.test -all',
    'v=spf1 -all',
    'v=spf1 ip4:192.0.2.0/24 ?all',
  ])('make the very record: %s', (value) => {
    expect(spfMadeBy(ovhForm(record('', 'TXT', value)))).toBe(value)
  })
})

test('Gandi: a line of its text editor each', async () => {
  await golden('gandi.txt', RECORDS.map((one) => `${gandiLine(one)}\n`).join(''))
})

const STYLES: GenericStyle[] = [
  { name: 'relative', text: 'plain', host: 'dot', parts: 'apart' },
  { name: 'relative-empty', text: 'quoted', host: 'plain', parts: 'together' },
  { name: 'absolute', text: 'quoted', host: 'plain', parts: 'apart' },
  { name: 'absolute-dot', text: 'split', host: 'dot', parts: 'together' },
]

test('any host: name, type and value as its form wants them', async () => {
  const blocks = STYLES.flatMap((style) =>
    RECORDS.map((one) => formText({ entry: Object.values(style).join(' '), fields: genericFields(one, style) })),
  )
  await golden('generic.txt', blocks.join('\n'))
})

test.each(EXPORT_FORMATS)('export: %s', async (format) => {
  await golden(`export.${format}`, renderExport(format, ZONE, RECORDS))
})

test('the DNSControl snippet, run, declares each record with its values', () => {
  const seen: unknown[][] = []
  const modifier = (name: string) => (value: unknown) => `${name}(${String(value)})`
  const types = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'SRV', 'CAA', 'TLSA']
  const functions = types.map((type) => [type, (...args: unknown[]) => [type, ...args]] as const)
  runInNewContext(renderExport('dnscontrol', ZONE, RECORDS), {
    ...Object.fromEntries(functions),
    TTL: modifier('TTL'),
    CAA_CRITICAL: 'critical',
    END: 'end',
    D_EXTEND: (zone: string, ...records: unknown[][]) => seen.push([zone], ...records),
  })
  expect(seen[0]).toEqual([ZONE])
  expect(seen).toHaveLength(RECORDS.length + 2)
  expect(seen).toContainEqual(['TXT', 's1._domainkey', `v=DKIM1; k=rsa; p=${KEY}`, 'TTL(3600)'])
  expect(seen).toContainEqual(['MX', '@', 10, 'mx1.example.net.', 'TTL(3600)'])
  expect(seen).toContainEqual(['CAA', '@', 'issuewild', ';', 'critical', 'TTL(3600)'])
})

test('octoDNS gets names in the order that it demands', () => {
  const names = ['', '_25._tcp.mx', '_dmarc', 's2._domainkey', 's10._domainkey', 's10a', 'www']
  const text = renderExport(
    'octodns',
    ZONE,
    names.toReversed().map((name) => record(name, 'A', '192.0.2.1')),
  )
  expect([...text.matchAll(/^'(.*)':$/gm)].map((match) => match[1])).toEqual(names)
})

test('a record of another zone is no part of an export', () => {
  const other = { ...record('', 'A', '192.0.2.1'), name: 'x.other.test' }
  for (const format of EXPORT_FORMATS) expect(() => renderExport(format, ZONE, [other])).toThrow('is not in')
})
