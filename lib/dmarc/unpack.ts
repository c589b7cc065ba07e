import { headOf } from '@/lib/dmarc/decode-text'
import { gunzip } from '@/lib/dmarc/gunzip'
import { ReportRefused } from '@/lib/dmarc/reasons'
import type { ReportLimits } from '@/lib/dmarc/schema'
import { unzipOne } from '@/lib/dmarc/unzip'

/** What bytes are, told by their beginning; names and declared types are wrong too often to count. */
export type ContentKind = 'gzip' | 'zip' | 'xml' | 'json' | 'mail' | 'empty' | 'other'

/** Bytes of one document, not joined: a second copy of 20 MiB would serve nobody. */
export interface Unpacked {
  chunks: Buffer[]
  /** Archives that were opened, outermost first. */
  layers: ('gzip' | 'zip')[]
}

/** Recognises content by its first bytes (at most 4 KiB of them). */
export function contentKind(chunks: readonly Buffer[]): ContentKind {
  const head = headOf(chunks, 4096)
  if (head.length === 0) return 'empty'
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))) {
    return 'zip'
  }
  // The zero bytes of UTF-16 and the byte order marks are left out; ASCII is enough to tell XML, JSON and mail apart.
  const text = head
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart()
  if (text === '') return head.length < 4096 ? 'empty' : 'other'
  if (text.startsWith('<')) return 'xml'
  if (text.startsWith('{')) return 'json'
  if (/^(From \S[^\r\n]*\r?\n|>From \S[^\r\n]*\r?\n)?[A-Za-z][!-9;-~]{1,75}:[ \t\r\n]/.test(text)) return 'mail'
  return 'other'
}

/**
 * Opens gzip, zip (one member) and a gzip within a gzip; anything else is returned as it is. Never more than
 * `limits.unpackedBytes` come out, over all layers the ratio holds. Throws ReportRefused.
 */
export async function unpack(bytes: Buffer, limits: ReportLimits): Promise<Unpacked> {
  let chunks = [bytes]
  const layers: Unpacked['layers'] = []
  const budget = Math.min(limits.unpackedBytes, Math.max(1024 * 1024, bytes.length * limits.ratio))
  const overflow = budget < limits.unpackedBytes ? 'ratio-too-high' : 'too-large'
  for (;;) {
    const kind = contentKind(chunks)
    if (kind !== 'gzip' && kind !== 'zip') break
    const isSecondGzip = kind === 'gzip' && layers.length === 1 && layers[0] === 'gzip'
    if (layers.length > 0 && !isSecondGzip) throw new ReportRefused('archive-nested')
    chunks =
      kind === 'gzip' ? await gunzip(Buffer.concat(chunks), budget, overflow) : await unzipOne(bytes, budget, overflow)
    layers.push(kind)
  }
  if (layers.length === 0 && bytes.length > limits.unpackedBytes) throw new ReportRefused('too-large')
  return { chunks, layers }
}
