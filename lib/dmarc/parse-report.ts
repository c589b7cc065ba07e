import { setImmediate } from 'node:timers/promises'
import { decodeText } from '@/lib/dmarc/decode-text'
import { Deviations } from '@/lib/dmarc/deviations'
import { readMetadata, readPolicy } from '@/lib/dmarc/read-head'
import { readExtensions, readRecord } from '@/lib/dmarc/read-record'
import { ReportRefused } from '@/lib/dmarc/reasons'
import { REPORT_LIMITS, type AggregateRecord, type AggregateReport, type Extension } from '@/lib/dmarc/schema'
import type { PublishedPolicy, ReportMetadata, UnreadableRecord } from '@/lib/dmarc/schema'
import { FeedbackReader, withStrayMarkupAsText, type XmlNode } from '@/lib/dmarc/xml-tree'

const RFC9990_NAMESPACE = 'urn:ietf:params:xml:ns:dmarc-2.0'
const KNOWN_NAMESPACES = [RFC9990_NAMESPACE, 'http://dmarc.org/dmarc-xml/0.1', 'http://dmarc.org/dmarc-xml/0.2']
const PIECE_BYTES = 64 * 1024
const PAUSE_CHARACTERS = 512 * 1024
const MAX_LISTED_UNREADABLE = 50

export interface ParseOptions {
  /** Milliseconds since 1970; a report about the future is refused. */
  now: number
  maxRecords?: number
}

/**
 * A DMARC aggregate report from its XML, as bytes in any number of chunks: RFC 7489 appendix C, the drafts before it, and
 * RFC 9990, with the deviations that real reporters have. Records that cannot be read are counted in the result, and so is
 * each deviation. Throws ReportRefused.
 */
export async function parseAggregateReport(chunks: readonly Buffer[], options: ParseOptions): Promise<AggregateReport> {
  const pieces = chunks.flatMap((chunk) => inPieces(chunk))
  try {
    return await readOnce(pieces, options, false)
  } catch (error) {
    if (!(error instanceof ReportRefused) || error.reason !== 'xml-malformed') throw error
    try {
      return await readOnce(pieces, options, true)
    } catch (second) {
      // Where this fails too, the first reading says what is wrong with the text as it came.
      throw second instanceof ReportRefused ? error : second
    }
  }
}

async function readOnce(
  pieces: readonly Buffer[],
  options: ParseOptions,
  isRepaired: boolean,
): Promise<AggregateReport> {
  const deviations = new Deviations()
  const assembly = new Assembly(deviations, options)
  const reader = new FeedbackReader(
    { root: (root) => assembly.root(root.namespace), section: (node) => assembly.section(node) },
    deviations,
  )
  const text = decodeText(pieces, deviations)
  let sincePause = 0
  for (const piece of isRepaired ? withStrayMarkupAsText(text, deviations) : text) {
    reader.write(piece)
    sincePause += piece.length
    if (sincePause < PAUSE_CHARACTERS) continue
    // A large report must not keep the process from answering others.
    await setImmediate()
    sincePause = 0
  }
  reader.end()
  return assembly.report()
}

function inPieces(chunk: Buffer): Buffer[] {
  if (chunk.length <= PIECE_BYTES) return [chunk]
  const pieces: Buffer[] = []
  for (let at = 0; at < chunk.length; at += PIECE_BYTES) pieces.push(chunk.subarray(at, at + PIECE_BYTES))
  return pieces
}

/** Puts the sections of a report together as they come. */
class Assembly {
  private namespace: string | null = null
  private version: string | null = null
  private metadata: ReportMetadata | null = null
  private policy: PublishedPolicy | null = null
  private readonly extensions: Extension[] = []
  private readonly records: AggregateRecord[] = []
  private readonly unreadable: UnreadableRecord[] = []
  private recordCount = 0
  private unreadableCount = 0
  private messages = 0
  private readonly maxRecords: number

  constructor(
    private readonly deviations: Deviations,
    private readonly options: ParseOptions,
  ) {
    this.maxRecords = options.maxRecords ?? REPORT_LIMITS.records
  }

  root(namespace: string | null): void {
    this.namespace = namespace?.slice(0, 200) ?? null
    if (namespace !== null && !KNOWN_NAMESPACES.includes(namespace)) this.deviations.add('namespace-unknown', namespace)
  }

  section(node: XmlNode): void {
    if (node.isForeign || node.name === 'extension') {
      this.extensions.push(...readExtensions({ ...node, children: [node] }, this.deviations))
    } else if (node.name === 'record') this.record(node)
    else if (node.name === 'version') this.version = node.text.trim().slice(0, 20) || null
    else if (node.name === 'report_metadata' && this.metadata === null) {
      this.metadata = readMetadata(node, this.deviations, this.options.now)
    } else if (node.name === 'policy_published' && this.policy === null) this.policy = readPolicy(node, this.deviations)
    else {
      const isKnown = node.name === 'report_metadata' || node.name === 'policy_published'
      this.deviations.add(isKnown ? 'element-repeated' : 'element-unknown', node.name)
    }
  }

  private record(node: XmlNode): void {
    const position = this.recordCount
    this.recordCount += 1
    if (this.recordCount > this.maxRecords) throw new ReportRefused('too-many-records', `more than ${this.maxRecords}`)
    const reading = readRecord(node, this.deviations)
    if ('record' in reading) {
      this.records.push(reading.record)
      this.messages += reading.record.count
      return
    }
    this.unreadableCount += 1
    if (this.unreadable.length < MAX_LISTED_UNREADABLE) this.unreadable.push({ position, reasons: reading.reasons })
  }

  report(): AggregateReport {
    if (!this.metadata) throw new ReportRefused('metadata-missing')
    if (!this.policy) throw new ReportRefused('policy-missing')
    if (this.recordCount === 0) throw new ReportRefused('no-record')
    if (this.records.length === 0) {
      throw new ReportRefused('no-readable-record', this.unreadable[0]?.reasons.join(', ') ?? null)
    }
    return {
      format: this.format(this.metadata, this.policy),
      namespace: this.namespace,
      version: this.version,
      metadata: this.metadata,
      policy: this.policy,
      extensions: this.extensions,
      records: this.records,
      totals: { records: this.recordCount, unreadableRecords: this.unreadableCount, messages: this.messages },
      unreadable: this.unreadable,
      deviations: this.deviations.list(),
    }
  }

  /** The namespace says it; without one, the elements that RFC 9990 added do. `np` alone does not: RFC 9091 had it. */
  private format(metadata: ReportMetadata, policy: PublishedPolicy): 'rfc7489' | 'rfc9990' {
    const isNew =
      this.namespace === RFC9990_NAMESPACE ||
      metadata.generator !== null ||
      policy.testing !== null ||
      policy.discoveryMethod !== null ||
      this.records.some((record) => record.disposition === 'pass')
    return isNew ? 'rfc9990' : 'rfc7489'
  }
}
