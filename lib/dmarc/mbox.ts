const CHUNK_BYTES = 1 << 16
const LINE_FEED = 0x0a
const FROM = Buffer.from('From ')

/** So much of a file tells whether it is an mbox. */
export const MBOX_HEAD_BYTES = FROM.length

/** Whether a file that begins so holds mails one after the other (RFC 4155). */
export function isMbox(head: Buffer): boolean {
  return head.subarray(0, FROM.length).equals(FROM)
}

/**
 * The mails of an mbox (mboxrd: `>From ` at the beginning of a line was `From `), one at a time. Each has at most
 * `maxBytes` and one: what is longer is cut there.
 */
export async function* mboxMails(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let mail: MailBuffer | null = null
  let isAfterEmpty = true
  for await (const line of linesOf(chunks)) {
    if (isAfterEmpty && isMbox(line)) {
      if (mail) yield mail.content()
      mail = new MailBuffer(maxBytes)
    } else mail?.add(unquoted(line))
    isAfterEmpty = line.length === 1 || (line.length === 2 && line[0] === 0x0d)
  }
  if (mail) yield mail.content()
}

class MailBuffer {
  private readonly lines: Buffer[] = []
  private size = 0
  constructor(private readonly maxBytes: number) {}
  add(line: Buffer): void {
    if (this.size > this.maxBytes) return
    this.lines.push(line)
    this.size += line.length
  }
  content(): Buffer {
    return Buffer.concat(this.lines).subarray(0, this.maxBytes + 1)
  }
}

function unquoted(line: Buffer): Buffer {
  if (line[0] !== 0x3e) return line
  return /^>+From /.test(line.subarray(0, 100).toString('latin1')) ? line.subarray(1) : line
}

/** Lines with their ends; one without an end for long comes in pieces. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    let text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = text.indexOf(LINE_FEED); end >= 0; end = text.indexOf(LINE_FEED)) {
      yield text.subarray(0, end + 1)
      text = text.subarray(end + 1)
    }
    rest = text
    if (rest.length > CHUNK_BYTES) {
      yield rest
      rest = Buffer.alloc(0)
    }
  }
  if (rest.length > 0) yield rest
}
