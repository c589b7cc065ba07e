import { ReportRefused } from '@/lib/dmarc/reasons'
import type { Deviations } from '@/lib/dmarc/deviations'

const DECLARATION = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']/

/** The encoding that the first bytes prove (XML 1.0 appendix F), or null where only the declaration can tell. */
function provenEncoding(head: Buffer): { label: string; skip: number } | null {
  const [a, b, c, d] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: 'utf-8', skip: 3 }
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    throw new ReportRefused('encoding-unknown', 'utf-32')
  }
  if (a === 0xff && b === 0xfe) return { label: 'utf-16le', skip: 2 }
  if (a === 0xfe && b === 0xff) return { label: 'utf-16be', skip: 2 }
  if (a === 0x3c && b === 0) return { label: 'utf-16le', skip: 0 }
  if (a === 0 && b === 0x3c) return { label: 'utf-16be', skip: 0 }
  return null
}

/**
 * Text of XML or JSON that comes as chunks of bytes: the byte order mark decides, then the XML declaration, then UTF-8.
 * Bytes that are invalid become U+FFFD and are counted. Throws ReportRefused `encoding-unknown`.
 */
export function* decodeText(chunks: readonly Buffer[], deviations: Deviations): Generator<string> {
  const head = headOf(chunks, 512)
  const proven = provenEncoding(head)
  const declared = DECLARATION.exec(head.toString('latin1'))?.[1]?.toLowerCase()
  let label = proven?.label ?? declared ?? 'utf-8'
  // A declaration that can be read byte by byte is not UTF-16, whatever it says; some reporters on .NET write it so.
  if (!proven && /^(utf-?16|ucs-?2|iso-10646-ucs-2|unicode)/.test(label)) {
    deviations.add('encoding-mismatch', label)
    label = 'utf-8'
  }
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(label, { ignoreBOM: true })
  } catch (error) {
    if (error instanceof RangeError) throw new ReportRefused('encoding-unknown', label)
    throw error
  }
  const replaced = new Replacements(label, deviations)
  let skip = proven?.skip ?? 0
  for (const chunk of chunks) {
    const bytes = skip > 0 ? chunk.subarray(skip) : chunk
    skip = Math.max(0, skip - chunk.length)
    yield replaced.counted(decoder.decode(bytes, { stream: true }), bytes)
  }
  yield replaced.counted(decoder.decode(), Buffer.alloc(0))
}

/** Counts what the decoder put in for invalid bytes, apart from U+FFFD that the text itself has. */
class Replacements {
  private readonly written: Buffer
  private tail = Buffer.alloc(0)

  constructor(
    label: string,
    private readonly deviations: Deviations,
  ) {
    const utf16 = label === 'utf-16be' ? Buffer.from([0xff, 0xfd]) : Buffer.from([0xfd, 0xff])
    this.written = label.startsWith('utf-16') ? utf16 : Buffer.from('\ufffd')
  }

  counted(text: string, bytes: Buffer): string {
    const at = text.indexOf('\ufffd')
    if (at !== -1 && text.split('\ufffd').length - 1 > occurrences(Buffer.concat([this.tail, bytes]), this.written)) {
      this.deviations.add('bytes-invalid', text.slice(Math.max(0, at - 30), at + 30))
    }
    // One that is cut in two comes out with the second half.
    const kept = this.written.length - 1
    this.tail = Buffer.concat([this.tail, bytes.subarray(-kept)]).subarray(-kept)
    return text
  }
}

function occurrences(where: Buffer, what: Buffer): number {
  let count = 0
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + what.length)) count += 1
  return count
}

/** The first `length` bytes of the chunks, or all there are. */
export function headOf(chunks: readonly Buffer[], length: number): Buffer {
  const first = chunks[0] ?? Buffer.alloc(0)
  if (first.length >= length) return first.subarray(0, length)
  const taken: Buffer[] = []
  let size = 0
  for (const chunk of chunks) {
    if (size >= length) break
    taken.push(chunk)
    size += chunk.length
  }
  return Buffer.concat(taken).subarray(0, length)
}
