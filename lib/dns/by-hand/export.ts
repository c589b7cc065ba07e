import { partsOf, relativeTo, type HandRecord } from '@/lib/dns/by-hand/hand-record'
import type { RecordType } from '@/lib/dns/record'
import { formatZoneText } from '@/lib/dns/zone-text'

export const EXPORT_FORMATS = ['bind', 'dnscontrol', 'octodns'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** Records of one zone by name and then type, in the order of their characters. */
function sorted(records: readonly HandRecord[]): HandRecord[] {
  const keyed = records.map((record) => ({ record, key: `${relativeTo(record)} ${record.type} ${record.value}` }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ record }) => record)
}

/** Lines for a zone file of BIND and others (RFC 1035 §5), with names that need no origin. */
function renderBind(zone: string, records: readonly HandRecord[]): string {
  return `; Records for the zone ${zone}, to be put into its file beside what is there.\n${formatZoneText(sorted(records))}`
}

function dnscontrolArguments({ type, value }: HandRecord): string {
  const parts = partsOf({ type, value })
  const text = (one = '') => JSON.stringify(one)
  switch (type) {
    case 'MX':
      return `${parts?.priority}, ${text(parts?.target)}`
    case 'SRV':
      return `${parts?.priority}, ${parts?.weight}, ${parts?.port}, ${text(parts?.target)}`
    case 'CAA':
      return `${text(parts?.tag)}, ${text(parts?.value)}${parts?.flags === '128' ? ', CAA_CRITICAL' : ''}`
    case 'TLSA':
      return `${parts?.usage}, ${parts?.selector}, ${parts?.matchingType}, ${text(parts?.certificateData)}`
    case 'A':
    case 'AAAA':
    case 'CNAME':
    case 'TXT':
      return text(value)
  }
}

/** Records that are added to a domain which dnsconfig.js declares elsewhere. */
function renderDnscontrol(zone: string, records: readonly HandRecord[]): string {
  const lines = sorted(records).map((record) => {
    const name = JSON.stringify(relativeTo(record) || '@')
    return `  ${record.type}(${name}, ${dnscontrolArguments(record)}, TTL(${record.ttlSeconds})),\n`
  })
  const head = `// Add to dnsconfig.js, below the D("${zone}", …) that is there.\n`
  return `${head}D_EXTEND(${JSON.stringify(zone)},\n${lines.join('')}END);\n`
}

/** A YAML text in single quotes: nothing in it means anything but a quote, which is doubled. */
const yaml = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** octoDNS takes a semicolon of a text only behind a backslash. */
function octodnsValue({ type, value }: HandRecord): string {
  const parts = partsOf({ type, value }) ?? {}
  const mapping = (pairs: Record<string, string | undefined>) =>
    Object.entries(pairs)
      .map(([key, one = ''], index) => `${index === 0 ? '' : '        '}${key}: ${one}\n`)
      .join('')
      .trimEnd()
  switch (type) {
    case 'MX':
      return mapping({ exchange: yaml(parts.target ?? ''), preference: parts.priority })
    case 'SRV': {
      const { port, priority, target = '', weight } = parts
      return mapping({ port, priority, target: yaml(target), weight })
    }
    case 'CAA':
      return mapping({ flags: parts.flags, tag: yaml(parts.tag ?? ''), value: yaml(parts.value ?? '') })
    case 'TLSA':
      return mapping({
        certificate_association_data: yaml(parts.certificateData ?? ''),
        certificate_usage: parts.usage,
        matching_type: parts.matchingType,
        selector: parts.selector,
      })
    case 'TXT':
      return yaml(value.replaceAll(';', '\\;'))
    case 'A':
    case 'AAAA':
    case 'CNAME':
      return yaml(value)
  }
}

function octodnsSet(type: RecordType, set: readonly HandRecord[]): string {
  const values = set.map((record) => `      - ${octodnsValue(record)}\n`).join('')
  const ttl = Math.min(...set.map((record) => record.ttlSeconds))
  const [first] = set
  if (type === 'CNAME' && first) return `  - ttl: ${ttl}\n    type: CNAME\n    value: ${octodnsValue(first)}\n`
  return `  - ttl: ${ttl}\n    type: ${type}\n    values:\n${values}`
}

/** octoDNS refuses names in another order than this: numbers within them count as numbers. */
function compareNaturally(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)]
  const at = left.findIndex((part, index) => part !== right[index])
  const [one, other] = [left[at], right[at]]
  if (one === undefined || other === undefined) return left.length - right.length
  // Every second part is a number.
  if (at % 2 === 1 && Number(one) !== Number(other)) return Number(one) - Number(other)
  return one < other ? -1 : 1
}

/** The zone's file for octoDNS' YamlProvider; what is there already has to be joined with it by name. */
function renderOctodns(zone: string, records: readonly HandRecord[]): string {
  const names = [...Map.groupBy(sorted(records), relativeTo)].sort(([a], [b]) => compareNaturally(a, b))
  const blocks = names.map(([name, ofName]) => {
    const sets = [...Map.groupBy(ofName, ({ type }) => type)].map(([type, set]) => octodnsSet(type, set))
    return `${yaml(name)}:\n${sets.join('')}`
  })
  return `---\n# Records for ${zone}.yaml, to be joined with what is there.\n${blocks.join('')}`
}

/** Records of one zone in a format to be downloaded. Throws where one of them is of another zone. */
export function renderExport(format: ExportFormat, zone: string, records: readonly HandRecord[]): string {
  switch (format) {
    case 'bind':
      return renderBind(zone, records)
    case 'dnscontrol':
      return renderDnscontrol(zone, records)
    case 'octodns':
      return renderOctodns(zone, records)
  }
}

/** The name under which a download is kept. */
export function exportFileName(format: ExportFormat, zone: string): string {
  return { bind: `${zone}.zone`, dnscontrol: `${zone}.dnsconfig.js`, octodns: `${zone}.yaml` }[format]
}
