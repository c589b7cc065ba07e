import { isMbox, MBOX_HEAD_BYTES, mboxMails } from '@/lib/dmarc/mbox'
import { REPORT_LIMITS } from '@/lib/dmarc/schema'
import { AppError } from '@/lib/errors/app-error'
import { formBoundary, formParts, MultipartBroken } from '@/lib/http/multipart'

export interface UploadLimits {
  /** Of one file, and of one mail in an mbox. */
  fileBytes: number
  /** Of the whole request. */
  requestBytes: number
  /** Files, each mail of an mbox counted. */
  files: number
}

export const UPLOAD_LIMITS: UploadLimits = {
  fileBytes: REPORT_LIMITS.packedBytes,
  requestBytes: 512 * 1024 * 1024,
  files: 10_000,
}

/** Types in which a file may come by itself; what it is, its content tells. */
const FILE_TYPE =
  /^(?:application\/(?:octet-stream|xml|json|gzip|x-gzip|zip|x-zip-compressed|mbox|tlsrpt\+json|tlsrpt\+gzip)|text\/xml|message\/rfc822)(?:\s*;|$)/i
const MAX_FIELD_BYTES = 2_048
const MEBIBYTE = 1024 * 1024

export interface UploadedFile {
  name: string
  /** At most `fileBytes` and one: what is longer is cut there. */
  content: Buffer
}

/**
 * The files of a request, a form (`multipart/form-data`) or one file as the body, read as they come: one is held at a
 * time. Each mail of an mbox is a file of its own, `name#1` and so on. What goes wrong on the way ends the files and
 * stands in `problem`, so that those that were whole are not lost. The constructor throws INVALID where the request cannot
 * be an upload.
 */
export class Upload {
  /** Plain fields of the form that came so far. */
  readonly fields = new Map<string, string>()
  /** INVALID: why not every file was read; null while all is well. */
  problem: AppError | null = null
  readonly isForm: boolean
  private readonly boundary: string | null
  private count = 0

  constructor(
    private readonly request: Request,
    private readonly limits: UploadLimits = UPLOAD_LIMITS,
  ) {
    const type = request.headers.get('content-type') ?? 'application/octet-stream'
    this.boundary = formBoundary(type)
    this.isForm = this.boundary !== null
    if (!this.isForm && !FILE_TYPE.test(type)) throw new AppError('INVALID', 'report.uploadType')
    if (Number(request.headers.get('content-length') ?? 0) > limits.requestBytes) throw this.tooLarge()
  }

  async *files(): AsyncGenerator<UploadedFile> {
    try {
      for await (const file of this.boundary === null ? this.single() : this.ofForm(this.boundary)) {
        this.count += 1
        if (this.count > this.limits.files) {
          throw new AppError('INVALID', 'report.tooManyFiles', { most: this.limits.files })
        }
        yield file
      }
    } catch (error) {
      this.problem = problemOf(error)
    }
  }

  private async *ofForm(boundary: string): AsyncGenerator<UploadedFile> {
    for await (const { name, fileName, body } of formParts(this.body(), boundary)) {
      if (fileName === null) this.fields.set(name, (await upTo(body, MAX_FIELD_BYTES)).toString('utf8'))
      else yield* this.itemsOf(fileName, body)
    }
  }

  private single(): AsyncGenerator<UploadedFile> {
    const name = new URL(this.request.url).searchParams.get('name') ?? dispositionName(this.request.headers)
    return this.itemsOf(name ?? 'report', this.body())
  }

  /** The file, or the mails in it. Without a name and without content it is a choice that was not made. */
  private async *itemsOf(name: string, body: AsyncGenerator<Buffer>): AsyncGenerator<UploadedFile> {
    const { head, all } = await peeked(body, MBOX_HEAD_BYTES)
    if (!isMbox(head)) {
      const content = await upTo(all, this.limits.fileBytes + 1)
      if (content.length > 0 || name !== '') yield { name, content }
      return
    }
    let number = 0
    for await (const content of mboxMails(all, this.limits.fileBytes)) {
      number += 1
      yield { name: `${name}#${number}`, content }
    }
  }

  private async *body(): AsyncGenerator<Buffer> {
    if (!this.request.body) return
    let size = 0
    try {
      for await (const chunk of this.request.body as AsyncIterable<Uint8Array>) {
        size += chunk.length
        if (size > this.limits.requestBytes) throw this.tooLarge()
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      }
    } catch (error) {
      // What goes wrong here goes wrong on the wire: the sender left, or the network did.
      throw error instanceof AppError ? error : brokenOff(error)
    }
  }

  private tooLarge(): AppError {
    return new AppError('INVALID', 'report.uploadTooLarge', {
      mebibytes: Math.floor(this.limits.requestBytes / MEBIBYTE),
    })
  }
}

function problemOf(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof MultipartBroken) return brokenOff(error)
  throw error
}

function brokenOff(cause: unknown): AppError {
  return new AppError('INVALID', 'report.uploadBroken', {}, { cause })
}

/** All of the pieces again, and how they begin. */
async function peeked(
  pieces: AsyncGenerator<Buffer>,
  bytes: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < bytes) {
    const next = await pieces.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head
    yield* pieces
  }
  return { head, all: all() }
}

/** At most so many of the bytes; the rest is read and let go. */
async function upTo(pieces: AsyncGenerator<Buffer>, maxBytes: number): Promise<Buffer> {
  const kept: Buffer[] = []
  let left = maxBytes
  for await (const piece of pieces) {
    if (left > 0) kept.push(piece.subarray(0, left))
    left -= piece.length
  }
  return Buffer.concat(kept)
}

/** `filename` of a Content-Disposition (RFC 6266). */
function dispositionName(headers: Headers): string | null {
  const value = headers.get('content-disposition') ?? ''
  const [, quoted, plain] = /;\s*filename=(?:"([^"]*)"|([^\s;"]+))/i.exec(value) ?? []
  return quoted ?? plain ?? null
}
