import { parseCharacterStrings } from '@/lib/dns/character-strings'
import { canonicalValue, type RecordType } from '@/lib/dns/record'

/** Types that lexicon knows and we publish. */
export const LEXICON_TYPES: readonly RecordType[] = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'SRV']

/** One record as `lexicon … list` shows it. */
export interface ListedContent {
  content: string
  /** Of MX and SRV, where the service keeps it apart. */
  priority: string | null
}

function textReadings(content: string): string[] {
  const readings = content.startsWith('"') ? [parseCharacterStrings(content)] : []
  // Several services take the outer quotes off and leave those between strings.
  if (content.includes('" "')) readings.push(parseCharacterStrings(`"${content}"`))
  readings.push(content)
  return readings.filter((reading) => reading !== null)
}

/** Every way to read a listed content that makes a record of the type, the likeliest first; canonical, each once. */
export function readingsOf(type: RecordType, { content, priority }: ListedContent): string[] {
  const texts = type === 'TXT' ? textReadings(content) : [content]
  if (priority !== null) texts.push(`${priority} ${content}`)
  // A text is taken whole: canonicalValue would read its quotes once more.
  const values = type === 'TXT' ? texts : texts.map((text) => canonicalValue(type, text)).filter((one) => one !== null)
  return [...new Set(values)]
}

/**
 * The record that a listed content means. Services quote, split and shorten differently: of several readings that one
 * counts which DNS serves now; an MX without its preference is read only so. Null where nothing fits.
 */
export function readContent(type: RecordType, listed: ListedContent, served: readonly string[]): string | null {
  const readings = readingsOf(type, listed)
  const known = readings.find((reading) => served.includes(reading))
  if (known !== undefined) return known
  if (type === 'MX' && readings.length === 0) {
    const host = canonicalValue('CNAME', listed.content)
    return served.find((value) => value.split(' ')[1] === host) ?? null
  }
  return readings[0] ?? null
}

/**
 * True where lexicon can write the text: it quotes by gluing a quote to either end, so that a quote or backslash within
 * would break the record.
 */
export function isPlainText(value: string): boolean {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(value)
}
