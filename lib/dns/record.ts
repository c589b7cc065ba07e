import { parseCharacterStrings } from '@/lib/dns/character-strings'

/** Types that the panel manages or lets an administrator add. */
export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'SRV', 'CAA', 'TLSA'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

/**
 * One record. `name` is absolute, lower case, A-labels, no final dot; `value` is the RDATA in its canonical presentation
 * form (host names with their final dot), of TXT the whole text, unquoted and unsplit, one character an octet.
 */
export interface DnsRecordData {
  name: string
  type: RecordType
  ttlSeconds: number
  value: string
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const NAME = new RegExp(`^(?=.{1,253}$)(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`)
const MAX_TXT_OCTETS = 4096

/** The name in stored form (lower case, no final dot), or null where it cannot be one (RFC 1035 §2.3.4; `_` and a leading `*` allowed). */
export function parseRecordName(text: string): string | null {
  const name = text.trim().toLowerCase().replace(/\.$/, '')
  return NAME.test(name) ? name : null
}

/** True where `name` is `domain` itself or below it. */
export function isInside(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`)
}

function host(text: string | undefined): string | null {
  if (text === '.') return '.'
  const name = text === undefined ? null : parseRecordName(text)
  return name === null || name.startsWith('*') ? null : `${name}.`
}

function integer(text: string | undefined, most: number): number | null {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return null
  const number = Number(text)
  return number <= most ? number : null
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)

/** IPv6 text in the form of RFC 5952, IPv4 as it is; null where it is no address. Runs in browsers too. */
export function canonicalAddress(text: string): string | null {
  if (IPV4.test(text)) return text
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(':')) return null
  const url = URL.parse(`http://[${text}]`)
  return url ? url.hostname.slice(1, -1) : null
}

function parseAddress(type: 'A' | 'AAAA', text: string): string | null {
  return (type === 'A') === IPV4.test(text) ? canonicalAddress(text) : null
}

function parseMx(fields: string[]): string | null {
  const preference = integer(fields[0], 65535)
  const exchange = host(fields[1])
  return fields.length === 2 && preference !== null && exchange !== null ? `${preference} ${exchange}` : null
}

function parseSrv(fields: string[]): string | null {
  const numbers = fields.slice(0, 3).map((field) => integer(field, 65535))
  const target = host(fields[3])
  return fields.length === 4 && !numbers.includes(null) && target !== null ? `${numbers.join(' ')} ${target}` : null
}

function parseCaa(text: string): string | null {
  const parts = /^(\d{1,3})\s+([A-Za-z0-9]{1,15})\s+(.*)$/s.exec(text)
  const flags = integer(parts?.[1], 255)
  const value = parseCharacterStrings(parts?.[3] ?? '')
  if (!parts || flags === null || value === null || !/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(value)) return null
  return `${flags} ${(parts[2] ?? '').toLowerCase()} "${value}"`
}

/** Octets of the association data by matching type: the whole (RFC 6698 §2.1.3), SHA-256, SHA-512. */
const DIGEST_HEX_DIGITS = [null, 64, 128]

function parseTlsa(fields: string[]): string | null {
  const numbers = fields.slice(0, 3).map((field) => integer(field, 255))
  // Zone files may hold the hexadecimal part in pieces.
  const data = fields.slice(3).join('').toLowerCase()
  if (fields.length < 4 || numbers.includes(null) || !/^(?:[0-9a-f]{2}){1,2048}$/.test(data)) return null
  const digits = DIGEST_HEX_DIGITS[numbers[2] ?? 0] ?? data.length
  return data.length === digits ? `${numbers.join(' ')} ${data}` : null
}

/**
 * RDATA in its one canonical form, from any presentation of it (case, spaces, final dot, quoting, splitting), or null
 * where it is none (RFC 1035 §5.1, RFC 2782, RFC 3596, RFC 6698 §2.2, RFC 8659 §4.1.1). A text that starts with a quote is read as
 * quoted strings, any other is taken as it stands. Equal meaning, equal text: values are compared by `===` afterwards.
 */
export function canonicalValue(type: RecordType, text: string): string | null {
  if (type === 'TXT') {
    const value = text.trimStart().startsWith('"') ? parseCharacterStrings(text) : text
    return value === null || value.length > MAX_TXT_OCTETS || /[^\x00-\xff]/.test(value) ? null : value
  }
  const trimmed = text.trim()
  const fields = trimmed.split(/\s+/)
  switch (type) {
    case 'A':
    case 'AAAA':
      return parseAddress(type, trimmed)
    case 'CNAME': {
      const target = host(trimmed)
      return target === '.' ? null : target
    }
    case 'MX':
      return parseMx(fields)
    case 'SRV':
      return parseSrv(fields)
    case 'CAA':
      return parseCaa(trimmed)
    case 'TLSA':
      return parseTlsa(fields)
  }
}
