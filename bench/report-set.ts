import { gzipSync } from 'node:zlib'
import type { AggregateRecord } from '@/lib/dmarc/schema'
import { mailOf, reportXml, sampleRecord, sampleReport } from '@/lib/dmarc/testing'

/** Numbers below 1 that are the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const REPORTERS = ['google.com', 'Yahoo', 'Outlook.com', 'Fastmail', 'GMX', 'web.de', 'Comcast', 'mail.ru', 'free.fr']
const DAY_SECONDS = 86_400
const MOST_RECORDS = 15

/** Makes reports about `domain`, one a day and reporter, the same for the same seed. */
export class ReportSet {
  private readonly random: () => number
  private count = 0

  constructor(
    private readonly domain: string,
    /** Begin of the first day, seconds since 1970. */
    private readonly firstDay: number,
    seed: number,
  ) {
    this.random = seeded(seed)
  }

  /** The XML of the next report, with `records` records or a handful. */
  next(records = 1 + Math.floor(this.random() * MOST_RECORDS)): Buffer {
    const at = this.count++
    const base = sampleReport()
    const begin = this.firstDay + Math.floor(at / REPORTERS.length) * DAY_SECONDS
    const metadata = { ...base.metadata, orgName: REPORTERS[at % REPORTERS.length] ?? '', reportId: `r-${at}` }
    return Buffer.from(
      reportXml({
        ...base,
        metadata: { ...metadata, begin, end: begin + DAY_SECONDS - 1 },
        policy: { ...base.policy, domain: this.domain },
        records: Array.from({ length: records }, () => this.record()),
      }),
    )
  }

  private record(): AggregateRecord {
    const { random, domain } = this
    const isOwn = random() < 0.7
    const isDkimAligned = isOwn || random() < 0.3
    const part = () => Math.floor(random() * 256)
    return sampleRecord({
      sourceIp: isOwn ? `192.0.2.${part() % 8}` : `198.${18 + (part() % 2)}.${part()}.${part()}`,
      count: 1 + Math.floor(random() ** 4 * 1_000),
      disposition: isDkimAligned || random() < 0.5 ? 'none' : 'quarantine',
      dkim: isDkimAligned ? 'pass' : 'fail',
      spf: isOwn ? 'pass' : 'fail',
      headerFrom: domain,
      // As most reporters: 50,000 records must fit into the 20 MiB that are read.
      envelopeFrom: null,
      dkimResults: isDkimAligned ? [{ domain, selector: 's1', result: 'pass', humanResult: null }] : [],
      spfResults: [{ domain: isOwn ? domain : 'example.net', scope: null, result: 'pass', humanResult: null }],
    })
  }
}

/** A report as its reporter mails it. */
export function mailed(xml: Buffer): Buffer {
  return mailOf([{ type: 'application/gzip', data: gzipSync(xml) }])
}
