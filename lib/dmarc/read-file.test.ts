import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readReportFile, type ReportReading } from '@/lib/dmarc/read-file'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'
import { mailOf, reportXml, sampleReport, zipOf } from '@/lib/dmarc/testing'

const now = Date.parse('2026-11-22T12:00:00Z')
const xml = Buffer.from(reportXml(sampleReport()))
const other = Buffer.from(reportXml(sampleReport({ metadata: { ...sampleReport().metadata, reportId: 'another' } })))
const told = ({ kind, state, reason }: ReportReading) => [kind, state, reason]
const read = async (bytes: Buffer) => told(await readReportFile(bytes, { now }))
const valid = ['aggregate', 'valid', null]

function withBytes(bytes: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(bytes)
  for (const [index, value] of values.entries()) copy[at + index] = value
  return copy
}

describe('a file given as a report', () => {
  it.each<[string, Buffer, (string | null)[]]>([
    ['nothing', Buffer.alloc(0), [null, 'rejected', 'empty']],
    ['white space', Buffer.from(' \r\n\t'), [null, 'rejected', 'empty']],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1'), [null, 'rejected', 'not-a-report']],
    ['the word that some send as body', Buffer.from('unused'), [null, 'rejected', 'not-a-report']],
    ['HTML', Buffer.from('<!DOCTYPE html><html></html>'), [null, 'rejected', 'doctype']],
    ['another XML', Buffer.from('<?xml version="1.0"?><rss/>'), [null, 'rejected', 'xml-other']],
    ['another JSON', Buffer.from('{"a":1}'), [null, 'rejected', 'json-other']],
  ])('is refused when it is %s', async (_name, bytes, expected) => {
    expect(await read(bytes)).toEqual(expected)
  })

  it('is refused beyond 30 MiB without a look at it', async () => {
    expect(await read(Buffer.alloc(REPORT_LIMITS.packedBytes + 1, '<'))).toEqual([null, 'rejected', 'too-large'])
  })

  it('is refused as XML beyond 20 MiB', async () => {
    expect(await read(Buffer.alloc(REPORT_LIMITS.unpackedBytes + 1, '<a>'))).toEqual([null, 'rejected', 'too-large'])
  })
})

describe('a gzip file', () => {
  const packed = gzipSync(xml)

  it.each<[string, Buffer, (string | null)[]]>([
    ['twice', gzipSync(packed), valid],
    ['with line ends after it', Buffer.concat([packed, Buffer.from('\r\n')]), valid],
    ['with zeros after it', Buffer.concat([packed, Buffer.alloc(20)]), valid],
    ['of two members', Buffer.concat([gzipSync(xml.subarray(0, 200)), gzipSync(xml.subarray(200))]), valid],
    ['with a name and a comment', withName(packed), valid],
    ['three times', gzipSync(gzipSync(packed)), [null, 'rejected', 'archive-nested']],
    ['around a zip', gzipSync(zipOf([{ name: 'a', data: xml }])), [null, 'rejected', 'archive-nested']],
    ['cut short', packed.subarray(0, -30), [null, 'rejected', 'gzip-damaged']],
    ['cut in its header', packed.subarray(0, 8), [null, 'rejected', 'gzip-damaged']],
    ['with a wrong checksum', withBytes(packed, packed.length - 8, 1, 2, 3), [null, 'rejected', 'gzip-damaged']],
    ['with a wrong length', withBytes(packed, packed.length - 4, 1, 2, 3), [null, 'rejected', 'gzip-damaged']],
    ['damaged inside', withBytes(packed, 60, 0xff, 0xff, 0xff), [null, 'rejected', 'gzip-damaged']],
    ['around nothing', gzipSync(''), [null, 'rejected', 'empty']],
    ['that unpacks a thousandfold', gzipSync(Buffer.alloc(8 * 1024 * 1024)), [null, 'rejected', 'ratio-too-high']],
  ])('%s', async (_name, bytes, expected) => {
    expect(await read(bytes)).toEqual(expected)
  })

  function withName(bytes: Buffer): Buffer {
    const head = withBytes(bytes.subarray(0, 10), 3, 8 | 16)
    return Buffer.concat([head, Buffer.from('../../etc/passwd\0a comment\0'), bytes.subarray(10)])
  }
})

describe('a zip file', () => {
  it.each<[string, Buffer, (string | null)[]]>([
    ['with one member', zipOf([{ name: 'r.xml', data: xml }]), valid],
    ['whose member has no name', zipOf([{ name: '', data: xml }]), valid],
    ['whose member is stored', zipOf([{ name: 'r.xml', data: xml, method: 0 }]), valid],
    [
      'with two members',
      zipOf([
        { name: 'a.xml', data: xml },
        { name: 'b.xml', data: xml },
      ]),
      [null, 'rejected', 'zip-several-members'],
    ],
    ['with no member', zipOf([]), [null, 'rejected', 'zip-empty']],
    ['with a folder', zipOf([{ name: 'folder/', data: Buffer.alloc(0), method: 0 }]), [null, 'rejected', 'zip-folder']],
    ['with a member in a folder', zipOf([{ name: '../r.xml', data: xml }]), [null, 'rejected', 'zip-folder']],
    [
      'that is encrypted',
      zipOf([{ name: 'r.xml', data: xml, isEncrypted: true }]),
      [null, 'rejected', 'zip-encrypted'],
    ],
    ['of another method', zipOf([{ name: 'r.xml', data: xml, method: 12 }]), [null, 'rejected', 'zip-method']],
    [
      'that lies about its size',
      zipOf([{ name: 'r.xml', data: xml, claimedSize: 10 }]),
      [null, 'rejected', 'zip-damaged'],
    ],
    [
      'that says it is large',
      zipOf([{ name: 'r.xml', data: xml, claimedSize: 21 * 1024 * 1024 }]),
      [null, 'rejected', 'ratio-too-high'],
    ],
    ['cut short', zipOf([{ name: 'r.xml', data: xml }]).subarray(0, -10), [null, 'rejected', 'zip-damaged']],
    ['around a gzip', zipOf([{ name: 'r.gz', data: gzipSync(xml) }]), [null, 'rejected', 'archive-nested']],
    [
      'around a zip',
      zipOf([{ name: 'r.zip', data: zipOf([{ name: 'a', data: xml }]) }]),
      [null, 'rejected', 'archive-nested'],
    ],
  ])('%s', async (_name, bytes, expected) => {
    expect(await read(bytes)).toEqual(expected)
  })
})

describe('a mail', () => {
  const gz = gzipSync(xml)

  it.each<[string, Buffer, (string | null)[]]>([
    ['with a gzip that calls itself one', mailOf([{ type: 'application/gzip', data: gz }]), valid],
    [
      'with a report as text/xml, quoted-printable',
      mailOf([
        { type: 'text/xml', data: Buffer.from(xml.toString().replaceAll('=', '=3D')), encoding: 'quoted-printable' },
      ]),
      valid,
    ],
    [
      'with a line of mbox before it',
      Buffer.concat([
        Buffer.from('From a@b.example Mon Nov 16 00:00:00 2026\n'),
        mailOf([{ type: 'application/zip', data: gz }]),
      ]),
      valid,
    ],
    [
      'with the same report twice',
      mailOf([
        { type: 'application/gzip', data: gz },
        { type: 'application/gzip', data: gz },
      ]),
      valid,
    ],
    [
      'with a picture beside the report',
      mailOf([
        { type: 'image/png', data: Buffer.from('PNG') },
        { type: 'application/gzip', data: gz },
      ]),
      valid,
    ],
    [
      'with two reports',
      mailOf([
        { type: 'application/gzip', data: gz },
        { type: 'application/gzip', data: gzipSync(other) },
      ]),
      [null, 'rejected', 'several-reports'],
    ],
    ['without an attachment', mailOf([]), [null, 'rejected', 'mail-without-report']],
    [
      'with a picture',
      mailOf([{ type: 'image/png', data: Buffer.from('PNG') }]),
      [null, 'rejected', 'mail-without-report'],
    ],
    [
      'with base64 that is none',
      mailOf([{ type: 'application/gzip', data: Buffer.from('!!!! not base64 !!!!'), encoding: '7bit' }]),
      [null, 'rejected', 'not-a-report'],
    ],
    [
      'with a damaged gzip',
      mailOf([{ type: 'application/gzip', data: gz.subarray(0, 100) }]),
      [null, 'rejected', 'gzip-damaged'],
    ],
    [
      'with too many parts',
      mailOf(Array.from({ length: 101 }, () => ({ type: 'image/png', data: Buffer.from('P') }))),
      [null, 'rejected', 'mail-too-complex'],
    ],
    [
      'with too many archives',
      mailOf(Array.from({ length: 11 }, (_item, at) => ({ type: 'application/gzip', data: gzipSync(`${at}`) }))),
      [null, 'rejected', 'mail-too-complex'],
    ],
  ])('%s', async (_name, bytes, expected) => {
    expect(await read(bytes)).toEqual(expected)
  })

  it('nested ten deep is refused', async () => {
    let mail = mailOf([{ type: 'application/gzip', data: gz }])
    for (let depth = 0; depth < 10; depth += 1) mail = mailOf([{ type: 'message/rfc822', data: mail }])
    expect(await read(mail)).toEqual([null, 'rejected', 'mail-too-complex'])
  })

  it('of which the whole body is the archive is read', async () => {
    const mail = `From: a@b.example\nContent-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n${gz.toString('base64')}\n`
    expect(await read(Buffer.from(mail))).toEqual(valid)
  })

  it('whose zip calls itself gzip is read, and says so', async () => {
    const reading = await readReportFile(
      mailOf([{ type: 'application/gzip', data: zipOf([{ name: 'r.xml', data: xml }]) }]),
      { now },
    )
    expect(reading.report).toMatchObject({ deviations: [{ code: 'archive-type', sample: 'application/gzip: zip' }] })
  })

  it('may unpack no more over all its attachments than one file may', async () => {
    const limits = { ...REPORT_LIMITS, unpackedBytes: xml.length * 2 }
    const junk = (text: string) => ({ type: 'application/gzip', data: gzipSync(text.repeat(xml.length)) })
    const report = { type: 'application/gzip', data: gz }
    const within = mailOf([junk('a'), report])
    const beyond = mailOf([junk('a'), junk('b'), report])
    expect(told(await readReportFile(within, { now, limits }))).toEqual(valid)
    expect((await readReportFile(beyond, { now, limits })).state).toBe('rejected')
  })
})

describe('a failure report', () => {
  const arf = (fields: string) => mailOf([{ type: 'message/feedback-report', data: Buffer.from(fields) }])

  it('is told from its ARF part and keeps no local part of an address', async () => {
    const fields =
      'Feedback-Type: auth-failure\r\nAuth-Failure: dmarc\r\nIdentity-Alignment: none\r\nSource-IP: 192.0.2.7\r\nReported-Domain: Example.org\r\nOriginal-Mail-From: <anna@example.org>\r\nAuthentication-Results: mx.example; dmarc=fail smtp.mailfrom=anna@example.org\r\n'
    const reading = await readReportFile(arf(fields), { now })
    expect(reading).toMatchObject({
      kind: 'failure',
      state: 'valid',
      report: {
        format: 'arf',
        authFailure: 'dmarc',
        identityAlignment: 'none',
        sourceIp: '192.0.2.7',
        reportedDomain: 'example.org',
        originalFromDomain: 'example.org',
      },
    })
    expect(JSON.stringify(reading)).not.toContain('anna')
  })

  it('that does not say its type is refused', async () => {
    expect(await read(arf('Source-IP: 192.0.2.7\r\n'))).toEqual(['failure', 'rejected', 'failure-incomplete'])
  })

  it('in words alone is read as far as it goes', async () => {
    const text = 'Sender Domain: example.org\nSender IP Address: 192.0.2.8\nSPF Alignment: yes\nDKIM Alignment: no\n'
    const mail = `Subject: DMARC Forensic Report for example.org\nContent-Type: text/plain\n\n${text}`
    expect(await readReportFile(Buffer.from(mail), { now })).toMatchObject({
      kind: 'failure',
      report: { format: 'text', sourceIp: '192.0.2.8', reportedDomain: 'example.org', identityAlignment: 'spf' },
    })
  })
})
