import { fromBuffer, type Entry, type ZipFile } from 'yauzl'
import { ReportRefused } from '@/lib/dmarc/reasons'

const ENCRYPTED = 0x1
const STORED = 0
const DEFLATED = 8

/**
 * The content of the only member of a zip archive, at most `maxBytes` of it. Refused: several members, folders,
 * encryption, methods other than stored and deflate, a member that is larger than it says. Its name counts for nothing.
 */
export async function unzipOne(
  archive: Buffer,
  maxBytes: number,
  overflow: 'too-large' | 'ratio-too-high',
): Promise<Buffer[]> {
  const zip = await opened(archive)
  try {
    if (zip.entryCount === 0) throw new ReportRefused('zip-empty')
    if (zip.entryCount > 1) throw new ReportRefused('zip-several-members', `${zip.entryCount} members`)
    const entry = await firstEntry(zip)
    refuseUnfit(entry)
    if (entry.uncompressedSize > maxBytes) throw new ReportRefused(overflow, `${entry.uncompressedSize} bytes`)
    return await content(zip, entry, maxBytes, overflow)
  } finally {
    zip.close()
  }
}

function refuseUnfit(entry: Entry): void {
  // With `decodeStrings: false` the name is a Buffer, whatever its type says.
  const name = Buffer.from(entry.fileName as unknown as Buffer).toString('latin1')
  if (/[/\\]/.test(name)) throw new ReportRefused('zip-folder', name.slice(0, 100))
  if ((entry.generalPurposeBitFlag & ENCRYPTED) !== 0) throw new ReportRefused('zip-encrypted')
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new ReportRefused('zip-method', String(entry.compressionMethod))
  }
}

function damaged(error: unknown): ReportRefused {
  if (error instanceof ReportRefused) return error
  return new ReportRefused('zip-damaged', error instanceof Error ? error.message.slice(0, 200) : null)
}

function opened(archive: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(archive, { lazyEntries: true, decodeStrings: false, autoClose: false }, (error, zip) => {
      if (error) reject(damaged(error))
      else resolve(zip)
    })
  })
}

function firstEntry(zip: ZipFile): Promise<Entry> {
  return new Promise((resolve, reject) => {
    zip.once('entry', resolve)
    zip.once('end', () => reject(new ReportRefused('zip-empty')))
    zip.once('error', (error: unknown) => reject(damaged(error)))
    zip.readEntry()
  })
}

async function content(
  zip: ZipFile,
  entry: Entry,
  maxBytes: number,
  overflow: 'too-large' | 'ratio-too-high',
): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      zip.openReadStream(entry, (error, readable) => (error ? reject(error) : resolve(readable)))
    })
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new ReportRefused(overflow)
      chunks.push(chunk)
    }
  } catch (error) {
    throw damaged(error)
  }
  return chunks
}
