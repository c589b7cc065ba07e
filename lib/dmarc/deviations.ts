import type { DeviationCode } from '@/lib/dmarc/reasons'
import type { Deviation } from '@/lib/dmarc/schema'

const SAMPLE_LENGTH = 100

/** Counts what is odd about one report; the first of each kind is kept as a sample. */
export class Deviations {
  private readonly byCode = new Map<DeviationCode, Deviation>()

  /** Counts one more of `code`; `sample` is cut at 100 characters. */
  add(code: DeviationCode, sample: string): void {
    const seen = this.byCode.get(code)
    if (seen) seen.count += 1
    else this.byCode.set(code, { code, count: 1, sample: sample.slice(0, SAMPLE_LENGTH).toWellFormed() })
  }

  /** Everything counted so far, in the order it was first met. */
  list(): Deviation[] {
    return [...this.byCode.values()]
  }
}
