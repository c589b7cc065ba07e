import { partsOf, relativeTo, text, type Field, type HandRecord } from '@/lib/dns/by-hand/hand-record'
import { formatCharacterStrings, quoteStrings } from '@/lib/dns/character-strings'

/** How a form wants a name: `relative` with `@` or nothing for the zone itself, or whole with or without its final dot. */
export const NAME_STYLES = ['relative', 'relative-empty', 'absolute', 'absolute-dot'] as const
/** How it wants a text: as it is, in quotes, or in quoted strings of at most 255 octets. */
export const TEXT_STYLES = ['plain', 'quoted', 'split'] as const
/** Whether host names in data end in a dot. */
export const HOST_STYLES = ['dot', 'plain'] as const
/** Whether the numbers of MX and SRV have fields of their own. */
export const PART_STYLES = ['apart', 'together'] as const

export interface GenericStyle {
  name: (typeof NAME_STYLES)[number]
  text: (typeof TEXT_STYLES)[number]
  host: (typeof HOST_STYLES)[number]
  parts: (typeof PART_STYLES)[number]
}

function formatName(record: HandRecord, style: GenericStyle['name']): string {
  switch (style) {
    case 'relative':
      return relativeTo(record) || '@'
    case 'relative-empty':
      return relativeTo(record)
    case 'absolute':
      return record.name
    case 'absolute-dot':
      return `${record.name}.`
  }
}

function formatText(value: string, style: GenericStyle['text']): string {
  if (style === 'plain') return value
  // One pair of quotes round a text that the form splits by itself.
  return style === 'split' || value.length > 255 ? splitOrWhole(value, style) : quoteStrings([value])
}

function splitOrWhole(value: string, style: 'quoted' | 'split'): string {
  const split = formatCharacterStrings(value)
  return style === 'split' ? split : split.replaceAll('" "', '')
}

function withoutDot(value: string, { host }: GenericStyle): string {
  return host === 'plain' && value !== '.' ? value.replace(/\.$/, '') : value
}

/** Name, type, TTL and value as a form wants them; each exactly what belongs into its field. */
export function genericFields(record: HandRecord, style: GenericStyle): Field[] {
  const { type, value, ttlSeconds } = record
  const head = [text('name', formatName(record, style.name)), text('type', type), text('ttl', String(ttlSeconds))]
  if (type === 'TXT') return [...head, text('value', formatText(value, style.text))]
  const parts = partsOf(record)
  const last = type === 'CNAME' || type === 'MX' || type === 'SRV' ? withoutDot(value, style) : value
  if (!parts || style.parts === 'together') return [...head, text('value', last)]
  return [...head, ...Object.entries(parts).map(([label, part]) => text(label, withoutDotIn(label, part, style)))]
}

function withoutDotIn(label: string, part: string, style: GenericStyle): string {
  return label === 'target' ? withoutDot(part, style) : part
}
