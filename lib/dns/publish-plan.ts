import { isDmarcRecord, dmarcFulfils } from '@/lib/dns/dmarc-record'
import { compareRecord } from '@/lib/dns/compare'
import type { RecordType } from '@/lib/dns/record'
import type { Purpose } from '@/lib/dns/wanted-records'
import { parseDkimRecord } from '@/lib/dkim/record'
import { isSpfRecord } from '@/lib/spf/record'
import { mergeSpf, spfAddresses } from '@/lib/spf/merge'

/** A row as publishing sees it. `oldKey`: the public key that a revoked key's record may still show. */
export interface PublishedRow {
  purpose: Purpose
  value: string
  oldKey?: string
}

/** Why something in DNS was left as it is. */
export type KeepReason = 'foreign-mx' | 'foreign-record' | 'alias' | 'several' | 'invalid' | 'too-long'

/** What to change in one RRset: single values taken out and put in, everything else stays. */
export interface RrsetEdit {
  remove: string[]
  add: string[]
  kept: KeepReason[]
}

export interface RrsetPlanInput {
  type: RecordType
  /** Rows of this name and type; withdrawn ones are those that should go. */
  rows: readonly PublishedRow[]
  live: readonly string[]
  hasAlias: boolean
}

class Edit {
  readonly kept = new Set<KeepReason>()
  private readonly values: Set<string>
  constructor(private readonly live: readonly string[]) {
    this.values = new Set(live)
  }
  get current(): string[] {
    return [...this.values]
  }
  put(value: string): void {
    this.values.add(value)
  }
  take(value: string): void {
    this.values.delete(value)
  }
  replace(before: string, after: string): void {
    this.take(before)
    this.put(after)
  }
  result(): RrsetEdit {
    return {
      remove: this.live.filter((value) => !this.values.has(value)),
      add: this.current.filter((value) => !this.live.includes(value)),
      kept: [...this.kept],
    }
  }
}

function planMx(edit: Edit, rows: readonly PublishedRow[]): void {
  const wanted = rows.filter((row) => row.purpose !== 'withdrawn').map((row) => row.value)
  const hosts = wanted.map((value) => value.split(' ')[1])
  for (const row of rows) if (row.purpose === 'withdrawn') edit.take(row.value)
  if (wanted.length === 0) return
  const foreign = edit.current.filter((value) => !hosts.includes(value.split(' ')[1]))
  // Ours beside another's would split the mail between two systems; moving MX is a step of its own.
  if (foreign.length > 0) return void edit.kept.add('foreign-mx')
  for (const value of wanted) {
    if (!edit.current.some((live) => live.split(' ')[1] === value.split(' ')[1])) edit.put(value)
  }
}

function planSpf(edit: Edit, row: PublishedRow, withdrawn: readonly PublishedRow[]): void {
  const [live, ...more] = edit.current.filter(isSpfRecord)
  if (more.length > 0) return void edit.kept.add('several')
  if (live === undefined) {
    edit.put(row.value)
    return
  }
  const old = withdrawn.filter((gone) => isSpfRecord(gone.value))
  if (old.some((gone) => gone.value === live)) {
    edit.replace(live, row.value)
    return
  }
  const merge = mergeSpf(
    live,
    spfAddresses(row.value),
    old.flatMap((gone) => spfAddresses(gone.value)),
  )
  if (merge.kind === 'refused') edit.kept.add(merge.reason)
  else if (merge.kind === 'merged') edit.replace(live, merge.text)
}

function planDkim(edit: Edit, row: PublishedRow): void {
  const revoked = row.oldKey
  if (revoked !== undefined) {
    const before = edit.current.find((live) => parseDkimRecord(live)?.publicKey === revoked)
    if (before !== undefined) edit.take(before)
  }
  const keys = edit.current.filter((text) => parseDkimRecord(text) !== null)
  if (keys.some((text) => compareRecord({ purpose: 'dkim', type: 'TXT', value: row.value }, [text], []) === 'ok'))
    return
  if (keys.length > 0) return void edit.kept.add('foreign-record')
  edit.put(row.value)
}

function planDmarc(edit: Edit, row: PublishedRow): void {
  const [live, ...more] = edit.current.filter(isDmarcRecord)
  if (more.length > 0) return void edit.kept.add('several')
  if (live === undefined) {
    edit.put(row.value)
    return
  }
  if (!dmarcFulfils(live, row.value)) edit.kept.add('foreign-record')
}

function planOwn(edit: Edit, type: RecordType, row: PublishedRow): void {
  if (edit.current.includes(row.value)) return
  if (type === 'CNAME' && edit.current.length > 0) return void edit.kept.add('foreign-record')
  edit.put(row.value)
}

/** Own A and AAAA records of one name are one decision: they are put together, not against each other. */
function planAddresses(edit: Edit, rows: readonly PublishedRow[]): void {
  const values = rows.map((row) => row.value)
  if (edit.current.some((live) => !values.includes(live))) return void edit.kept.add('foreign-record')
  for (const value of values) edit.put(value)
}

/**
 * The smallest edit of what is live at one name and type that makes it as wanted. Only values of ours are taken out; SPF
 * is merged, an MX, DMARC policy, address or alias of somebody else stays and is named in `kept`. Idempotent: planned
 * again on its own result it is empty.
 */
export function planRrset({ type, rows, live, hasAlias }: RrsetPlanInput): RrsetEdit {
  if (hasAlias && type !== 'CNAME') return { remove: [], add: [], kept: ['alias'] }
  const edit = new Edit(live)
  const withdrawn = rows.filter((row) => row.purpose === 'withdrawn')
  const wanted = rows.filter((row) => row.purpose !== 'withdrawn')
  if (type === 'MX') {
    planMx(edit, rows)
    return edit.result()
  }
  // An SPF record that others have extended is not ours to take away whole; merging drops our addresses from it.
  const isMerged = wanted.some((row) => row.purpose === 'spf')
  for (const row of withdrawn) if (!(isMerged && isSpfRecord(row.value))) edit.take(row.value)
  if (type === 'A' || type === 'AAAA') planAddresses(edit, wanted)
  else {
    for (const row of wanted) {
      if (row.purpose === 'spf') planSpf(edit, row, withdrawn)
      else if (row.purpose === 'dkim') planDkim(edit, row)
      else if (row.purpose === 'dmarc') planDmarc(edit, row)
      else planOwn(edit, type, row)
    }
  }
  return edit.result()
}
