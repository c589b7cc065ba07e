import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAggregateReport } from '@/lib/dmarc/parse-report'
import { ReportRefused } from '@/lib/dmarc/reasons'
import { reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const golden = (name: string) => new URL(`golden/${name}`, import.meta.url)
const parse = (text: string | Buffer) => parseAggregateReport([Buffer.from(text)], { now: NOW })

async function refusal(text: string | Buffer): Promise<string> {
  try {
    await parse(text)
    return 'taken'
  } catch (error) {
    if (error instanceof ReportRefused) return error.reason
    throw error
  }
}

const sound = reportXml(sampleReport())
const codes = (report: { deviations: { code: string }[] }) => report.deviations.map(({ code }) => code)

describe('an aggregate report', () => {
  it.each(['rfc9990', 'rfc7489-odd'])('reads %s as its golden file says', async (name) => {
    const report = await parse(readFileSync(golden(`${name}.xml`)))
    await expect(`${JSON.stringify(report, null, 2)}\n`).toMatchFileSnapshot(golden(`${name}.json`).pathname)
  })

  it('is the same whatever the size of the chunks it comes in', async () => {
    const bytes = readFileSync(golden('rfc9990.xml'))
    const whole = await parse(bytes)
    for (const size of [1, 2, 7, 64, 1000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_item, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      expect(await parseAggregateReport(chunks, { now: NOW })).toEqual(whole)
    }
  })

  it('belongs to RFC 9990 by namespace or by its new elements, not by np alone', async () => {
    const { policy } = sampleReport()
    expect((await parse(sound)).format).toBe('rfc7489')
    expect((await parse(reportXml(sampleReport({ policy: { ...policy, np: 'none' } })))).format).toBe('rfc7489')
    expect((await parse(reportXml(sampleReport({ policy: { ...policy, testing: false } })))).format).toBe('rfc9990')
    expect((await parse(reportXml(sampleReport({ namespace: 'urn:ietf:params:xml:ns:dmarc-2.0' })))).format).toBe(
      'rfc9990',
    )
  })

  it('may have a prefix on each of its elements', async () => {
    const prefixed = sound
      .replaceAll(/<(\/?)([a-z])/g, '<$1d:$2')
      .replace('<d:feedback>', '<d:feedback xmlns:d="http://dmarc.org/dmarc-xml/0.1">')
    expect((await parse(prefixed)).records).toEqual((await parse(sound)).records)
  })

  it('keeps the order and the totals of its records, and counts those it cannot read', async () => {
    const records = [sampleRecord({ count: 1 }), sampleRecord({ count: 20 }), sampleRecord({ count: 300 })]
    const text = reportXml(sampleReport({ records })).replace('<count>20</count>', '<count>2e1</count>')
    const report = await parse(text)
    expect(report.records.map(({ count }) => count)).toEqual([1, 300])
    expect(report.totals).toEqual({ records: 3, unreadableRecords: 1, messages: 301 })
    expect(report.unreadable).toEqual([{ position: 1, reasons: ['count-invalid'] }])
  })

  it.each([
    ['0', 'count-invalid'],
    ['-5', 'count-invalid'],
    ['2147483648', 'count-invalid'],
    ['1.5', 'count-invalid'],
    ['', 'count-missing'],
  ])('does not take %o for a count', async (count, reason) => {
    const text = reportXml(sampleReport({ records: [sampleRecord(), sampleRecord({ count: 77 })] })).replace(
      '>77<',
      `>${count}<`,
    )
    expect((await parse(text)).unreadable).toEqual([{ position: 1, reasons: [reason] }])
  })

  it.each([
    ['2001:DB8::0:1', '2001:db8::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['[2001:db8::1]', '2001:db8::1'],
    [' 192.0.2.1\n', '192.0.2.1'],
  ])('writes the address %o as %s', async (written, canonical) => {
    const report = await parse(sound.replace('192.0.2.10', written))
    expect(report.records[0]?.sourceIp).toBe(canonical)
  })

  it.each(['192.0.2', '010.0.0.1', 'fe80::1%eth0', 'localhost', '192.0.2.1 ; drop'])(
    'does not take %o for an address',
    async (written) => {
      expect(await refusal(sound.replace('192.0.2.10', written))).toBe('no-readable-record')
    },
  )

  it.each([
    ['dates-reversed', sound.replace('1790086399', '1789999999')],
    ['dates-in-milliseconds', sound.replace('1790000000', '1790000000000').replace('1790086399', '1790086399000')],
    ['dates-malformed', sound.replace('1790000000', '2026-09-21')],
    ['dates-malformed', sound.replace('1790000000', '-1')],
    ['dates-missing', sound.replace('<end>1790086399</end>', '')],
    ['dates-in-future', sound.replace('1790000000', '1798000000').replace('1790086399', '1798086399')],
    ['period-too-long', sound.replace('1790000000', '1700000000')],
    ['report-id-missing', sound.replace('sample-1', ' ')],
    ['report-id-too-long', sound.replace('sample-1', 'é'.repeat(257))],
    ['metadata-missing', sound.replaceAll('report_metadata', 'report_meta')],
    ['policy-missing', sound.replaceAll('policy_published', 'policy')],
    ['policy-domain-invalid', sound.replace('<domain>example.org</domain><adkim>', '<domain>exam ple</domain><adkim>')],
    [
      'policy-domain-invalid',
      sound.replace('<domain>example.org</domain><adkim>', '<domain>192.0.2.1</domain><adkim>'),
    ],
    ['no-record', sound.replace(/<record>.*<\/record>/s, '')],
    ['no-readable-record', sound.replace('<source_ip>192.0.2.10</source_ip>', '')],
    ['xml-truncated', sound.slice(0, -30)],
    ['xml-malformed', sound.replace('</row>', '</rows>')],
    ['xml-other', '<html><body>no</body></html>'],
    ['several-reports', `${sound.replace('</feedback>', '')}<feedback/></feedback>`],
    ['several-reports', sound + sound.replace(/<\?xml.*\?>/, '')],
    ['doctype', sound.replace('<feedback>', '<!DOCTYPE feedback><feedback>')],
    ['doctype', sound.replace('<feedback>', '<!-- <a> --><!DOCTYPE feedback SYSTEM "file:///etc/passwd"><feedback>')],
    ['xml-malformed', sound.replace('receiver.example', '&xxe;')],
    ['xml-malformed', sound.replace('receiver.example', '&constructor;')],
    ['xml-malformed', sound.replace('receiver.example', '&#0;')],
    ['encoding-unknown', sound.replace('UTF-8', 'ebcdic-of-mine')],
    ['xml-too-complex', sound.replace('receiver.example', 'x'.repeat(70_000))],
    [
      'xml-too-complex',
      sound.replace('<version>', `<version ${Array.from({ length: 40 }, (_item, at) => `a${at}=""`).join(' ')}>`),
    ],
    ['xml-too-complex', sound.replace('receiver.example', '<a>'.repeat(30))],
  ])('is refused with %s (case %#)', async (reason, text) => {
    expect(await refusal(text)).toBe(reason)
  })

  it('has no more records than the limit', async () => {
    const text = Buffer.from(reportXml(sampleReport({ records: [sampleRecord(), sampleRecord(), sampleRecord()] })))
    await expect(parseAggregateReport([text], { now: NOW, maxRecords: 2 })).rejects.toMatchObject({
      reason: 'too-many-records',
    })
  })

  it('may end after its period has begun, and up to two days ahead', async () => {
    const end = Math.floor(NOW / 1000) + 86_400
    const ahead = sound.replace('1790000000', String(end - 86_399)).replace('1790086399', String(end))
    expect((await parse(ahead)).metadata.end).toBe(end)
  })
})

describe('the text of a report', () => {
  const named = (name: string) =>
    reportXml({ ...sampleReport(), metadata: { ...sampleReport().metadata, orgName: name } })

  it.each([
    ['utf-16le with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16be with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['utf-16le without one', (text: string) => Buffer.from(text, 'utf16le')],
    ['utf-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['iso-8859-1 by declaration', (text: string) => Buffer.from(text.replace('UTF-8', 'ISO-8859-1'), 'latin1')],
    ['utf-8 that calls itself utf-16', (text: string) => Buffer.from(text.replace('UTF-8', 'utf-16'))],
  ])('is read from %s', async (_name, encode) => {
    expect((await parse(encode(named('Société Générale')))).metadata.orgName).toBe('Société Générale')
  })

  it('keeps a report with bytes that are no UTF-8, and says so', async () => {
    const bytes = Buffer.from(sound)
    bytes[bytes.indexOf('receiver')] = 0x91
    const report = await parse(bytes)
    expect(report.metadata.orgName).toBe('\ufffdeceiver.example')
    expect(codes(report)).toEqual(['bytes-invalid'])
  })

  it('may hold a replacement character itself, in chunks of any size', async () => {
    const bytes = Buffer.from(named('a\ufffdb'))
    for (const size of [1, 2, 3, 1000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_item, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      )
      const report = await parseAggregateReport(chunks, { now: NOW })
      expect([report.metadata.orgName, codes(report)]).toEqual(['a\ufffdb', []])
    }
  })

  it('may have white space before and junk after it', async () => {
    const report = await parse(`\r\n ${sound}<junk`)
    expect(codes(report)).toContain('content-before')
    expect(report.totals.messages).toBe(3)
  })

  it('may hold angle brackets around an address, or a single one', async () => {
    const text = sound.replace('reports@receiver.example', '<reports@receiver.example>')
    expect((await parse(text)).metadata.email).toBe('<reports@receiver.example>')
    const stray = await parse(sound.replace('<header_from>example.org', '<header_from>exa<mple.org'))
    expect(stray.records[0]?.headerFrom).toBe('exa<mple.org')
    expect(codes(stray)).toEqual(['markup-repaired'])
  })

  it('is data: markup in it stays text', async () => {
    const name = '<script>alert("1")</script>&amp;=cmd|x'
    expect((await parse(named(name))).metadata.orgName).toBe(name)
    expect((await parse(named('x').replace('>x<', '><![CDATA[<b>&amp;]]><'))).metadata.orgName).toBe('<b>&amp;')
  })

  it('is cut where it is long, and says so', async () => {
    const report = await parse(
      reportXml({
        ...sampleReport(),
        metadata: { ...sampleReport().metadata, errors: [{ text: 'e'.repeat(5000), lang: null }] },
      }),
    )
    expect(report.metadata.errors[0]?.text).toHaveLength(1000)
    expect(codes(report)).toEqual(['text-truncated'])
  })
})
