import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalIp } from '@/lib/dmarc/fields'
import { parseAggregateReport } from '@/lib/dmarc/parse-report'
import { readReportFile } from '@/lib/dmarc/read-file'
import type { AggregateRecord, LangText } from '@/lib/dmarc/schema'
import { mailOf, reportXml, sampleReport, zipOf } from '@/lib/dmarc/testing'

const NOW = Date.parse('2026-11-22T12:00:00Z')

/** Any text that XML can carry, as a reader gets it: without white space around it and with one form of line end. */
const text = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .map((value) => value.replace(/[\0-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff]/g, '').trim())
    .filter((value) => value !== '' && value.length <= maxLength)
const langText: fc.Arbitrary<LangText | null> = fc.option(
  fc.record({ text: text(60), lang: fc.option(fc.constantFrom('en', 'fr', 'zh-Hant')) }),
)
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/)
const domain = fc.tuple(label, fc.stringMatching(/^[a-z]{2,8}$/)).map((labels) => labels.join('.'))
const sourceIp = fc.oneof(fc.ipV4(), fc.ipV6()).map((ip) => canonicalIp(ip) ?? '192.0.2.1')

const record: fc.Arbitrary<AggregateRecord> = fc.record({
  sourceIp,
  count: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  disposition: fc.constantFrom('none', 'quarantine', 'reject', 'pass'),
  dkim: fc.constantFrom('pass', 'fail'),
  spf: fc.constantFrom('pass', 'fail'),
  reasons: fc.array(
    fc.record({
      type: fc.constantFrom('forwarded', 'local_policy', 'mailing_list', 'other', 'policy_test_mode', 'sampled_out'),
      comment: langText,
    }),
    { maxLength: 3 },
  ),
  headerFrom: domain,
  envelopeFrom: fc.option(domain),
  envelopeTo: fc.option(domain),
  dkimResults: fc.array(
    fc.record({
      domain,
      selector: fc.option(label),
      result: fc.constantFrom('none', 'pass', 'fail', 'policy', 'neutral', 'temperror', 'permerror'),
      humanResult: langText,
    }),
    { maxLength: 4 },
  ),
  spfResults: fc.array(
    fc.record({
      domain,
      scope: fc.option(fc.constantFrom('mfrom', 'helo')),
      result: fc.constantFrom('none', 'pass', 'fail', 'softfail', 'neutral', 'temperror', 'permerror'),
      humanResult: langText,
    }),
    { maxLength: 2 },
  ),
  extensions: fc.constant([]),
})

const action = fc.option(fc.constantFrom('none', 'quarantine', 'reject'))
const report = fc.record({
  namespace: fc.constantFrom(null, 'urn:ietf:params:xml:ns:dmarc-2.0', 'http://dmarc.org/dmarc-xml/0.1'),
  version: fc.constantFrom(null, '1.0', '2.0'),
  metadata: fc.record({
    orgName: text(80),
    email: domain.map((name) => `dmarc@${name}`),
    extraContactInfo: langText,
    reportId: text(80),
    begin: fc.integer({ min: 0, max: 1_790_000_000 }),
    end: fc.constant(0),
    errors: fc.array(
      langText.filter((value) => value !== null),
      { maxLength: 3 },
    ),
    generator: fc.option(text(40)),
  }),
  policy: fc.record({
    domain,
    adkim: fc.option(fc.constantFrom('r', 's')),
    aspf: fc.option(fc.constantFrom('r', 's')),
    p: fc.constantFrom('none', 'quarantine', 'reject'),
    sp: action,
    np: action,
    pct: fc.option(fc.integer({ min: 0, max: 100 })),
    fo: fc.option(fc.constantFrom('0', '1', '1:d:s')),
    testing: fc.option(fc.boolean()),
    discoveryMethod: fc.option(fc.constantFrom('psl', 'treewalk')),
  }),
  records: fc.array(record, { minLength: 1, maxLength: 12 }),
})
const generated = fc
  .tuple(report, fc.integer({ min: 0, max: 31 * 86_400 }))
  .map(([model, length]) => ({ ...model, metadata: { ...model.metadata, end: model.metadata.begin + length } }))

describe('a generated report', { timeout: 60_000 }, () => {
  it('comes out as it went in, with its totals, and nothing is odd about it', async () => {
    await fc.assert(
      fc.asyncProperty(generated, async (model) => {
        const read = await parseAggregateReport([Buffer.from(reportXml(model))], { now: NOW })
        expect(read).toMatchObject(model)
        expect(read.totals).toEqual({
          records: model.records.length,
          unreadableRecords: 0,
          messages: model.records.reduce((sum, { count }) => sum + count, 0),
        })
        expect(read.deviations).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('is the same in every wrapping that reporters use', async () => {
    const xml = Buffer.from(reportXml(sampleReport()))
    const plain = await readReportFile(xml, { now: NOW })
    expect(plain.state).toBe('valid')
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('none', 'gzip', 'gzip twice', 'zip', 'stored zip'),
        fc.constantFrom('none', 'base64', 'mail in a mail'),
        async (archive, mail) => {
          const packed = {
            none: xml,
            gzip: gzipSync(xml),
            'gzip twice': gzipSync(gzipSync(xml)),
            zip: zipOf([{ name: 'report.xml', data: xml }]),
            'stored zip': zipOf([{ name: '', data: xml, method: 0 }]),
          }[archive]
          const attached = mailOf([{ type: 'application/octet-stream', data: packed }])
          const file = {
            none: packed,
            base64: attached,
            'mail in a mail': mailOf([{ type: 'message/rfc822', data: attached, encoding: '7bit' }]),
          }[mail]
          expect(await readReportFile(file, { now: NOW })).toEqual(plain)
        },
      ),
      { numRuns: 40 },
    )
  })
})
