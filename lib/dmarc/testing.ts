import { crc32, deflateRawSync } from 'node:zlib'
import type { AggregateRecord, AggregateReport, LangText } from '@/lib/dmarc/schema'

/** Material for tests: reports, archives and mails as reporters make them. Deterministic. */

export interface ZipMember {
  name: string
  data: Buffer
  method?: number
  isEncrypted?: boolean
  /** Stands for the compressed data, where that is too large to be made here. */
  deflated?: Buffer
  /** What the headers say of the unpacked size, where it is a lie. */
  claimedSize?: number
}

/** A zip archive with these members, without any library. */
export function zipOf(members: ZipMember[]): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, data, deflated, method = 8, isEncrypted = false, claimedSize = data.length } of members) {
    const packed = deflated ?? (method === 8 ? deflateRawSync(data) : data)
    const nameBytes = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(isEncrypted ? 1 : 0, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claimedSize, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, nameBytes]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end])
}

export interface Attachment {
  type: string
  data: Buffer
  encoding?: 'base64' | 'quoted-printable' | '7bit'
}

/** A mail with a covering text and these attachments. */
export function mailOf(attachments: Attachment[], headers = ''): Buffer {
  const parts = attachments.map(({ type, data, encoding = 'base64' }) => {
    const body =
      encoding === 'base64' ? (data.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n') : data.toString('latin1')
    return `--=_part\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n`
  })
  const top = `From: reports@receiver.example\r\nSubject: Report Domain: example.org\r\nMIME-Version: 1.0\r\n${headers}Content-Type: multipart/mixed;\r\n boundary="=_part"\r\n\r\n`
  const cover = '--=_part\r\nContent-Type: text/plain\r\n\r\nA report is attached.\r\n'
  return Buffer.from(`${top}${cover}${parts.join('')}--=_part--\r\n`, 'latin1')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function element(name: string, value: string | number | null): string {
  return value === null ? '' : `<${name}>${escaped(String(value))}</${name}>`
}

function langElement(name: string, value: LangText | null): string {
  if (value === null) return ''
  return `<${name}${value.lang === null ? '' : ` lang="${value.lang}"`}>${escaped(value.text)}</${name}>`
}

function recordXml(record: AggregateRecord): string {
  const reasons = record.reasons.map(
    (reason) => `<reason>${element('type', reason.type)}${langElement('comment', reason.comment)}</reason>`,
  )
  const dkim = record.dkimResults.map(
    (result) =>
      `<dkim>${element('domain', result.domain)}${element('selector', result.selector)}${element('result', result.result)}${langElement('human_result', result.humanResult)}</dkim>`,
  )
  const spf = record.spfResults.map(
    (result) =>
      `<spf>${element('domain', result.domain)}${element('scope', result.scope)}${element('result', result.result)}${langElement('human_result', result.humanResult)}</spf>`,
  )
  const evaluated = `${element('disposition', record.disposition)}${element('dkim', record.dkim)}${element('spf', record.spf)}${reasons.join('')}`
  const row = `${element('source_ip', record.sourceIp)}${element('count', record.count)}<policy_evaluated>${evaluated}</policy_evaluated>`
  const identifiers = `${element('envelope_to', record.envelopeTo)}${element('envelope_from', record.envelopeFrom)}${element('header_from', record.headerFrom)}`
  return `<record><row>${row}</row><identifiers>${identifiers}</identifiers><auth_results>${dkim.join('')}${spf.join('')}</auth_results></record>`
}

type ReportModel = Pick<AggregateReport, 'namespace' | 'version' | 'metadata' | 'policy' | 'records'>

/** The XML of a report, as a reporter would write it. */
export function reportXml({ namespace, version, metadata, policy, records }: ReportModel): string {
  const range = `<date_range>${element('begin', metadata.begin)}${element('end', metadata.end)}</date_range>`
  const head = [
    element('org_name', metadata.orgName),
    element('email', metadata.email),
    langElement('extra_contact_info', metadata.extraContactInfo),
    element('report_id', metadata.reportId),
    range,
    ...metadata.errors.map((error) => langElement('error', error)),
    element('generator', metadata.generator),
  ]
  const published = [
    element('domain', policy.domain),
    element('adkim', policy.adkim),
    element('aspf', policy.aspf),
    element('p', policy.p),
    element('sp', policy.sp),
    element('np', policy.np),
    element('pct', policy.pct),
    element('fo', policy.fo),
    element('testing', policy.testing === null ? null : policy.testing ? 'y' : 'n'),
    element('discovery_method', policy.discoveryMethod),
  ]
  const open = namespace === null ? '<feedback>' : `<feedback xmlns="${namespace}">`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${open}${element('version', version)}<report_metadata>${head.join('')}</report_metadata><policy_published>${published.join('')}</policy_published>${records.map(recordXml).join('\n')}</feedback>\n`
}

/** A small sound report, to be changed where a test needs it. */
export function sampleReport(changes: Partial<ReportModel> = {}): ReportModel {
  return {
    namespace: null,
    version: '1.0',
    metadata: {
      orgName: 'receiver.example',
      email: 'reports@receiver.example',
      extraContactInfo: null,
      reportId: 'sample-1',
      begin: 1_790_000_000,
      end: 1_790_086_399,
      errors: [],
      generator: null,
    },
    policy: {
      domain: 'example.org',
      adkim: 'r',
      aspf: 'r',
      p: 'none',
      sp: null,
      np: null,
      pct: 100,
      fo: null,
      testing: null,
      discoveryMethod: null,
    },
    records: [sampleRecord()],
    ...changes,
  }
}

export function sampleRecord(changes: Partial<AggregateRecord> = {}): AggregateRecord {
  return {
    sourceIp: '192.0.2.10',
    count: 3,
    disposition: 'none',
    dkim: 'pass',
    spf: 'pass',
    reasons: [],
    headerFrom: 'example.org',
    envelopeFrom: 'example.org',
    envelopeTo: null,
    dkimResults: [{ domain: 'example.org', selector: 's1', result: 'pass', humanResult: null }],
    spfResults: [{ domain: 'example.org', scope: 'mfrom', result: 'pass', humanResult: null }],
    extensions: [],
    ...changes,
  }
}
