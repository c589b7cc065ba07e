import { ReportRefused } from '@/lib/dmarc/reasons'

const MAX_DEPTH = 8
const MAX_PARTS = 100
const MAX_HEADER_BYTES = 256 * 1024

/** A leaf of a mail: its type as declared, lower case, and its decoded bytes. */
export interface MailPart {
  type: string
  /** Header fields by lower-case name; the first of each, unfolded, at most 2,000 characters. */
  headers: Map<string, string>
  bytes: Buffer
}

export interface MailContent {
  headers: Map<string, string>
  type: string
  parts: MailPart[]
}

/**
 * The leaves of a mail (RFC 2045, 2046), those of enclosed messages too. Only what finding a report needs: text stays
 * bytes, names of files are not read. Throws ReportRefused `mail-too-complex`.
 */
export function mailParts(mail: Buffer): MailContent {
  const found: Found = { parts: [], entities: 0 }
  const { headers, body } = splitHeaders(withoutMboxLine(mail))
  walk(headers, body, 0, found)
  return { headers, type: mediaType(headers), parts: found.parts }
}

/** A mail of an mbox without the line that begins it there. */
export function withoutMboxLine(mail: Buffer): Buffer {
  const first = mail.subarray(0, 6).toString('latin1')
  if (!first.startsWith('From ') && first !== '>From ') return mail
  const end = mail.indexOf('\n')
  return end === -1 ? mail : mail.subarray(end + 1)
}

interface Found {
  parts: MailPart[]
  /** Leaves and containers. */
  entities: number
}

function walk(headers: Map<string, string>, body: Buffer, depth: number, found: Found): void {
  if (depth > MAX_DEPTH) throw new ReportRefused('mail-too-complex', `parts nested more than ${MAX_DEPTH} deep`)
  found.entities += 1
  if (found.entities > MAX_PARTS) throw new ReportRefused('mail-too-complex', `more than ${MAX_PARTS} parts`)
  const type = mediaType(headers)
  const boundary = type.startsWith('multipart/') ? parameter(headers.get('content-type') ?? '', 'boundary') : null
  if (boundary !== null && boundary !== '') {
    for (const section of sections(body, boundary)) {
      const inner = splitHeaders(section)
      walk(inner.headers, inner.body, depth + 1, found)
    }
    return
  }
  const bytes = decodeTransfer(body, headers.get('content-transfer-encoding') ?? '')
  if (type === 'message/rfc822' || type === 'message/global') {
    const inner = splitHeaders(withoutMboxLine(bytes))
    found.parts.push({ type, headers, bytes })
    walk(inner.headers, inner.body, depth + 1, found)
    return
  }
  found.parts.push({ type, headers, bytes })
}

/** Header fields and body of a message or a part. */
export function splitHeaders(bytes: Buffer): { headers: Map<string, string>; body: Buffer } {
  const headers = new Map<string, string>()
  const { length, bodyStart } = headerEnd(bytes)
  const block = bytes.subarray(0, Math.min(length, MAX_HEADER_BYTES)).toString('latin1')
  const unfolded = block.replace(/\r?\n[ \t]+/g, ' ')
  for (const line of unfolded.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    if (!headers.has(name))
      headers.set(
        name,
        line
          .slice(colon + 1)
          .trim()
          .slice(0, 2000),
      )
  }
  return { headers, body: bytes.subarray(bodyStart) }
}

function headerEnd(bytes: Buffer): { length: number; bodyStart: number } {
  // A part without header fields begins with the empty line itself.
  if (bytes[0] === 0x0a) return { length: 0, bodyStart: 1 }
  if (bytes[0] === 0x0d && bytes[1] === 0x0a) return { length: 0, bodyStart: 2 }
  const unix = bytes.indexOf('\n\n')
  const dos = bytes.indexOf('\r\n\r\n')
  if (unix === -1 && dos === -1) return { length: bytes.length, bodyStart: bytes.length }
  if (dos !== -1 && (unix === -1 || dos < unix)) return { length: dos, bodyStart: dos + 4 }
  return { length: unix, bodyStart: unix + 2 }
}

function mediaType(headers: Map<string, string>): string {
  const written = headers.get('content-type') ?? 'text/plain'
  return (/^[^;\s]+/.exec(written)?.[0] ?? 'text/plain').toLowerCase()
}

/** A parameter of a structured header field (RFC 2045 section 5.1), quoted or not; null where it is not there. */
export function parameter(field: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(field)
  if (!found) return null
  return found[1] === undefined ? (found[2] ?? null) : found[1].replace(/\\(.)/g, '$1')
}

/** The bodies between the boundaries of a multipart (RFC 2046 section 5.1.1); the last may lack its closing line. */
function* sections(body: Buffer, boundary: string): Generator<Buffer> {
  const marker = Buffer.from(`--${boundary}`, 'latin1')
  let start = -1
  for (let at = nextLine(body, marker, 0); at !== -1; at = nextLine(body, marker, at + marker.length)) {
    if (start !== -1) yield body.subarray(start, withoutLineEnd(body, at))
    const after = at + marker.length
    if (body[after] === 0x2d && body[after + 1] === 0x2d) return
    const lineEnd = body.indexOf('\n', after)
    if (lineEnd === -1) return
    start = lineEnd + 1
  }
  if (start !== -1) yield body.subarray(start)
}

/** Where `marker` stands at the beginning of a line with nothing but `--` and white space after it. */
function nextLine(body: Buffer, marker: Buffer, from: number): number {
  for (let at = body.indexOf(marker, from); at !== -1; at = body.indexOf(marker, at + 1)) {
    const isLineStart = at === 0 || body[at - 1] === 0x0a
    const next = body[at + marker.length]
    if (isLineStart && (next === undefined || [0x0a, 0x0d, 0x20, 0x09, 0x2d].includes(next))) return at
  }
  return -1
}

function withoutLineEnd(body: Buffer, at: number): number {
  if (at > 0 && body[at - 1] === 0x0a) return at > 1 && body[at - 2] === 0x0d ? at - 2 : at - 1
  return at
}

function decodeTransfer(body: Buffer, encoding: string): Buffer {
  const name = encoding.trim().toLowerCase()
  if (name.startsWith('base64')) return Buffer.from(body.toString('latin1'), 'base64')
  if (name.startsWith('quoted-printable')) return decodeQuotedPrintable(body)
  return body
}

/** RFC 2045 section 6.7; what is not a legal escape stays as it is. */
function decodeQuotedPrintable(body: Buffer): Buffer {
  const lines = body.toString('latin1').split('\n')
  const text = lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll('=\n', '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(text, 'latin1')
}
