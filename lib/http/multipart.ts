/** A body that is no `multipart/form-data`, or ends before it is over. */
export class MultipartBroken extends Error {
  override readonly name = 'MultipartBroken'
}

/** One part of a form. Its body is read once, in order, before the next part; what is left of it is passed over. */
export interface FormPart {
  name: string
  /** As the sender calls the file; null where the part is a plain field, empty where no file was chosen. */
  fileName: string | null
  body: AsyncGenerator<Buffer>
}

const LINE_END = Buffer.from('\r\n')
const HEADERS_END = Buffer.from('\r\n\r\n')
const MAX_HEADER_BYTES = 16 * 1024

/** The boundary that a Content-Type gives for `multipart/form-data` (RFC 2046 §5.1.1); null where it is another type or has none. */
export function formBoundary(contentType: string): string | null {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return null
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  return quoted ?? plain ?? null
}

/**
 * The parts of a form (RFC 7578) as they come, whatever their size: of the body no more is held than the chunk at hand.
 * Throws MultipartBroken where it is no form or ends too early; parts before that are whole.
 */
export async function* formParts(source: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<FormPart> {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const scanner = new Scanner(source)
  try {
    await drained(scanner.until(delimiter))
    while (!(await scanner.isClosed())) {
      const headers = (await gathered(scanner.until(HEADERS_END), MAX_HEADER_BYTES)).toString('utf8')
      const body = scanner.until(delimiter)
      yield { ...disposition(headers), body }
      await drained(body)
    }
  } finally {
    await scanner.close()
  }
}

/** Finds markers in what comes in chunks. */
class Scanner {
  private readonly chunks: AsyncIterator<Uint8Array>
  /** The first delimiter has no line before it: it is as if there were one. */
  private rest: Buffer = LINE_END

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]()
  }

  /** What comes before the marker, in pieces; the marker itself is taken. */
  async *until(marker: Buffer): AsyncGenerator<Buffer> {
    for (let at = this.rest.indexOf(marker); ; at = this.rest.indexOf(marker)) {
      // A marker may lie across two chunks: as much as could be its beginning is kept.
      const piece = this.take(at >= 0 ? at : Math.max(0, this.rest.length - marker.length + 1))
      if (at >= 0) this.take(marker.length)
      if (piece.length > 0) yield piece
      if (at >= 0) return
      await this.more()
    }
  }

  /** Whether the delimiter just taken was the last one. */
  async isClosed(): Promise<boolean> {
    while (this.rest.length < LINE_END.length) await this.more()
    if (this.rest.subarray(0, 2).toString('latin1') === '--') return true
    const padding = await gathered(this.until(LINE_END), MAX_HEADER_BYTES)
    if (padding.toString('latin1').trim() !== '') throw new MultipartBroken('there is text after a boundary')
    return false
  }

  async close(): Promise<void> {
    await this.chunks.return?.()
  }

  private take(length: number): Buffer {
    const taken = this.rest.subarray(0, length)
    this.rest = this.rest.subarray(length)
    return taken
  }

  private async more(): Promise<void> {
    const next = await this.chunks.next()
    if (next.done) throw new MultipartBroken('the body ends before the form does')
    this.rest = this.rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.rest, next.value])
  }
}

async function drained(pieces: AsyncGenerator<Buffer>): Promise<void> {
  for (let next = await pieces.next(); !next.done; next = await pieces.next());
}

async function gathered(pieces: AsyncGenerator<Buffer>, maxBytes: number): Promise<Buffer> {
  const kept: Buffer[] = []
  let size = 0
  for await (const piece of pieces) {
    size += piece.length
    if (size > maxBytes) throw new MultipartBroken('the header of a part is too long')
    kept.push(piece)
  }
  return Buffer.concat(kept)
}

function disposition(headers: string): { name: string; fileName: string | null } {
  const value = /^content-disposition:[ \t]*form-data[ \t]*(;.*)$/im.exec(headers)?.[1]
  const name = value === undefined ? null : parameter(value, 'name')
  if (value === undefined || name === null) throw new MultipartBroken('a part without a name')
  return { name, fileName: parameter(value, 'filename') }
}

/** Browsers write a quotation mark as `%22`, programs as `\"`. */
function parameter(value: string, name: string): string | null {
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i').exec(value) ?? []
  return quoted?.replace(/\\"|%22/g, '"') ?? plain ?? null
}
