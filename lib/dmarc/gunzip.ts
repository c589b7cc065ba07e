import { crc32, createInflateRaw } from 'node:zlib'
import { ReportRefused } from '@/lib/dmarc/reasons'

const MAX_MEMBERS = 100
const TRAILER_BYTES = 8
const FLAG_HCRC = 2
const FLAG_EXTRA = 4
const FLAG_NAME = 8
const FLAG_COMMENT = 16

/**
 * The content of a gzip file (RFC 1952), at most `maxBytes` of it over all its members. Checks length and CRC. What
 * follows the last member is ignored: mail systems add line ends there, and zlib's own reader would take them for a
 * damaged member. Throws ReportRefused: `gzip-damaged`, or `overflow`.
 */
export async function gunzip(
  packed: Buffer,
  maxBytes: number,
  overflow: 'too-large' | 'ratio-too-high',
): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  let at = 0
  let left = maxBytes
  for (let member = 0; isMember(packed, at); member += 1) {
    if (member === MAX_MEMBERS) throw new ReportRefused('gzip-damaged', `more than ${MAX_MEMBERS} members`)
    const start = dataStart(packed, at)
    const { bytes, size, consumed } = await inflate(packed.subarray(start), left, overflow)
    at = start + consumed
    checkTrailer(packed, at, bytes, size)
    at += TRAILER_BYTES
    left -= size
    chunks.push(...bytes)
  }
  return chunks
}

function isMember(packed: Buffer, at: number): boolean {
  return packed[at] === 0x1f && packed[at + 1] === 0x8b && (at === 0 || packed[at + 2] === 8)
}

function dataStart(packed: Buffer, member: number): number {
  if (packed.length < member + 18) throw new ReportRefused('gzip-damaged', 'cut short')
  if (packed[member + 2] !== 8) throw new ReportRefused('gzip-damaged', 'unknown method')
  const flags = packed.readUInt8(member + 3)
  let at = member + 10
  if ((flags & FLAG_EXTRA) !== 0) at += 2 + packed.readUInt16LE(at)
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) === 0) continue
    const end = packed.indexOf(0, at)
    if (end === -1) throw new ReportRefused('gzip-damaged', 'cut short')
    at = end + 1
  }
  if ((flags & FLAG_HCRC) !== 0) at += 2
  return at
}

interface Inflated {
  bytes: Buffer[]
  size: number
  /** Bytes of the deflate stream itself. */
  consumed: number
}

async function inflate(data: Buffer, maxBytes: number, overflow: 'too-large' | 'ratio-too-high'): Promise<Inflated> {
  const stream = createInflateRaw({ chunkSize: 64 * 1024 })
  stream.end(data)
  const bytes: Buffer[] = []
  let size = 0
  try {
    // Leaving the loop by a throw destroys the stream.
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw new ReportRefused(overflow)
      bytes.push(chunk)
    }
  } catch (error) {
    if (error instanceof ReportRefused) throw error
    throw new ReportRefused('gzip-damaged', error instanceof Error ? error.message.slice(0, 200) : null)
  }
  return { bytes, size, consumed: stream.bytesWritten }
}

function checkTrailer(packed: Buffer, at: number, bytes: readonly Buffer[], size: number): void {
  if (packed.length < at + TRAILER_BYTES) throw new ReportRefused('gzip-damaged', 'cut short')
  const sum = bytes.reduce((crc, chunk) => crc32(chunk, crc), 0)
  if (packed.readUInt32LE(at) !== sum) throw new ReportRefused('gzip-damaged', 'the checksum does not fit')
  if (packed.readUInt32LE(at + 4) !== size % 2 ** 32) throw new ReportRefused('gzip-damaged', 'the length does not fit')
}
