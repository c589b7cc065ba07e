import type { Dirent, Stats } from 'node:fs'
import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** One thing that may hold a report. `file`: its path; of a mail in an mbox with `#` and its number, from 1. */
export interface ReportItem {
  file: string
  /** At most `maxBytes` and one: what is longer is cut there. Words of the system where it cannot be read. */
  content: Buffer | { words: string }
}

const MAX_DEPTH = 32
const CHUNK_BYTES = 1 << 16
const LINE_FEED = 0x0a
const MBOX = Buffer.from('From ')

/**
 * What stands at the paths, one at a time and in order: a file by itself, each mail of an mbox (mboxrd: `>From ` at the
 * beginning of a line was `From `), each mail of a Maildir (`new`, then `cur`), every file below another folder. Links
 * inside of folders are not followed. What cannot be read is an item with words, and the others go on.
 */
export async function* reportItems(paths: readonly string[], maxBytes: number): AsyncGenerator<ReportItem> {
  for (const path of paths) yield* guarded(path, () => itemsAt(path, maxBytes))
}

async function* guarded(file: string, items: () => AsyncGenerator<ReportItem>): AsyncGenerator<ReportItem> {
  try {
    yield* items()
  } catch (error) {
    yield { file, content: { words: error instanceof Error ? error.message : String(error) } }
  }
}

async function* itemsAt(path: string, maxBytes: number): AsyncGenerator<ReportItem> {
  const found: Stats = await stat(path)
  if (found.isDirectory()) yield* itemsIn(path, maxBytes, 0)
  else if (found.isFile()) yield* itemsOf(path, maxBytes)
  else yield { file: path, content: await readPipe(path, maxBytes + 1) }
}

async function readPipe(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path)
  try {
    return await collect(file.createReadStream({ end: maxBytes - 1, autoClose: false }))
  } finally {
    await file.close()
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* itemsIn(folder: string, maxBytes: number, depth: number): AsyncGenerator<ReportItem> {
  if (depth > MAX_DEPTH) throw new Error(`more than ${MAX_DEPTH} folders deep`)
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
  const isMaildir = ['cur', 'new'].every((name) => entries.some((entry) => entry.name === name && entry.isDirectory()))
  for (const entry of isMaildir ? ofMaildir(entries) : entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* guarded(path, () => itemsIn(path, maxBytes, depth + 1))
    else if (entry.isFile()) yield* guarded(path, () => itemsOf(path, maxBytes))
  }
}

/** Mail and folders inside; not what is still being written, and not the indexes of a mail server. */
function ofMaildir(entries: readonly Dirent[]): Dirent[] {
  const folders = entries.filter((entry) => entry.isDirectory() && !['new', 'cur', 'tmp'].includes(entry.name))
  const mail = ['new', 'cur'].flatMap((name) => entries.filter((entry) => entry.name === name))
  return [...mail, ...folders]
}

async function* itemsOf(path: string, maxBytes: number): AsyncGenerator<ReportItem> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MBOX.length), 0, MBOX.length, 0)
    if (buffer.subarray(0, bytesRead).equals(MBOX)) yield* mailsOf(path, file, maxBytes)
    else
      yield { file: path, content: await collect(file.createReadStream({ start: 0, end: maxBytes, autoClose: false })) }
  } finally {
    await file.close()
  }
}

async function* mailsOf(path: string, file: FileHandle, maxBytes: number): AsyncGenerator<ReportItem> {
  let mail = new MailBuffer(maxBytes)
  let number = 0
  let isAfterEmpty = true
  for await (const line of linesOf(file)) {
    if (isAfterEmpty && line.subarray(0, MBOX.length).equals(MBOX)) {
      if (number > 0) yield { file: `${path}#${number}`, content: mail.content() }
      number += 1
      mail = new MailBuffer(maxBytes)
    } else mail.add(unquoted(line))
    isAfterEmpty = line.length === 1 || (line.length === 2 && line[0] === 0x0d)
  }
  yield { file: `${path}#${number}`, content: mail.content() }
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
async function* linesOf(file: FileHandle): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  const stream = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false })
  for await (const chunk of stream as AsyncIterable<Buffer>) {
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
