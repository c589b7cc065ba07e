import type { Dirent, Stats } from 'node:fs'
import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { isMbox, MBOX_HEAD_BYTES, mboxMails } from '@/lib/dmarc/mbox'

/** One thing that may hold a report. `file`: its path; of a mail in an mbox with `#` and its number, from 1. */
export interface ReportItem {
  file: string
  /** At most `maxBytes` and one: what is longer is cut there. Words of the system where it cannot be read. */
  content: Buffer | { words: string }
}

const MAX_DEPTH = 32

/**
 * What stands at the paths, one at a time and in order: a file by itself, each mail of an mbox, each mail of a Maildir
 * (`new`, then `cur`), every file below another folder. Links inside of folders are not followed. What cannot be read is
 * an item with words, and the others go on.
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
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MBOX_HEAD_BYTES), 0, MBOX_HEAD_BYTES, 0)
    if (isMbox(buffer.subarray(0, bytesRead))) yield* mailsOf(path, file, maxBytes)
    else
      yield { file: path, content: await collect(file.createReadStream({ start: 0, end: maxBytes, autoClose: false })) }
  } finally {
    await file.close()
  }
}

async function* mailsOf(path: string, file: FileHandle, maxBytes: number): AsyncGenerator<ReportItem> {
  const stream: AsyncIterable<Buffer> = file.createReadStream({ start: 0, autoClose: false })
  let number = 0
  for await (const content of mboxMails(stream, maxBytes)) {
    number += 1
    yield { file: `${path}#${number}`, content }
  }
}
