import { compareRecord, isWithdrawn, parseExchange } from '@/lib/dns/compare'
import { isOfKind, isSingleText } from '@/lib/dns/policy-texts'
import type { Purpose } from '@/lib/dns/purpose'
import type { RecordType } from '@/lib/dns/record'
import { parseDkimRecord } from '@/lib/dkim/record'
import { isSpfRecord } from '@/lib/spf/record'
import { closeSpf, isOnlyAll, mergeSpf, spfAddresses } from '@/lib/spf/merge'

/** A row as publishing sees it. `oldKey`: the public key that a revoked key's record may still show. `isHeld`: it is not to be published yet. */
export interface PublishedRow {
  purpose: Purpose
  value: string
  oldKey?: string
  isHeld?: boolean
}

/** Why something in DNS was left as it is. */
export type KeepReason = 'foreign-mx' | 'no-primary' | 'foreign-record' | 'alias' | 'several' | 'invalid' | 'too-long'

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
  /** Records of another type stand at the name: no CNAME can stand beside them (RFC 1034 §3.6.2). */
  hasOther?: boolean
  /** The mail moves here: MX of others give way to ours. */
  movesMail?: boolean
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

const host = (value: string) => parseExchange(value).host

function planMx(edit: Edit, wanted: readonly string[], movesMail: boolean): void {
  const hosts = wanted.map(host)
  const foreign = edit.current.filter((value) => !hosts.includes(host(value)))
  // Ours beside another's would split the mail between two systems; moving MX is a step of its own.
  if (foreign.length > 0 && !movesMail) return void edit.kept.add('foreign-mx')
  for (const value of foreign) edit.take(value)
  for (const value of wanted) if (!edit.current.some((live) => host(live) === host(value))) edit.put(value)
}

/** Behind every server that has the mailboxes, and only where there is one. */
function planBackupMx(edit: Edit, wanted: readonly string[]): void {
  const hosts = wanted.map(host)
  const primaries = edit.current.map(parseExchange).filter((live) => !hosts.includes(live.host) && live.host !== '.')
  if (primaries.length === 0) return void edit.kept.add('no-primary')
  const last = Math.max(...primaries.map(({ preference }) => preference))
  for (const value of wanted) {
    const { preference, host: name } = parseExchange(value)
    if (compareRecord({ purpose: 'backup-mx', type: 'MX', value }, edit.current, wanted) === 'ok') continue
    for (const live of edit.current) if (host(live) === name) edit.take(live)
    edit.put(`${Math.min(Math.max(preference, last + 10), 65535)} ${name}`)
  }
}

/** Of two records of which one is all ours, that one goes: two make every verifier say permerror (RFC 7208 §4.5). */
function takeOwnTwin(edit: Edit, ours: readonly string[]): void {
  const records = edit.current.filter(isSpfRecord)
  const foreign = records.filter((text) => !ours.includes(text))
  if (records.length > 1 && foreign.length <= 1) {
    for (const text of records) if (text !== (foreign[0] ?? records[0])) edit.take(text)
  }
}

function planSpf(edit: Edit, row: PublishedRow, withdrawn: readonly PublishedRow[]): void {
  const old = withdrawn.map((gone) => gone.value).filter(isSpfRecord)
  takeOwnTwin(edit, [row.value, ...old])
  const [live, ...more] = edit.current.filter(isSpfRecord)
  if (more.length > 0) return void edit.kept.add('several')
  if (live === undefined) {
    edit.put(row.value)
    return
  }
  if (old.includes(live)) {
    edit.replace(live, row.value)
    return
  }
  const wanted = spfAddresses(row.value)
  const gone = old.flatMap(spfAddresses)
  const merge = wanted.length === 0 ? closeSpf(live, gone) : mergeSpf(live, wanted, gone)
  if (merge.kind === 'refused') edit.kept.add(merge.reason === 'foreign' ? 'foreign-record' : merge.reason)
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

/** One text of a kind: put where there is none, left where somebody else's stands. */
function planSingleText(edit: Edit, row: PublishedRow): void {
  const live = edit.current.filter((text) => isOfKind(row.purpose, text))
  if (live.length === 0) edit.put(row.value)
  else if (compareRecord({ purpose: row.purpose, type: 'TXT', value: row.value }, live, [row.value]) !== 'ok')
    edit.kept.add(live.length > 1 ? 'several' : 'foreign-record')
}

function planSrv(edit: Edit, row: PublishedRow): void {
  if (edit.current.length === 0) edit.put(row.value)
  else if (compareRecord({ purpose: 'srv', type: 'SRV', value: row.value }, edit.current, []) !== 'ok')
    edit.kept.add('foreign-record')
}

/** A value of a set to which everybody adds their own. */
function planShared(edit: Edit, type: RecordType, row: PublishedRow): void {
  const { purpose, value } = row
  if (purpose === 'caa' && compareRecord({ purpose, type, value }, edit.current, []) === 'ok') return
  edit.put(value)
}

/** Own A and AAAA records of one name are one decision: they are put together, not against each other. */
function planAddresses(edit: Edit, rows: readonly PublishedRow[]): void {
  const values = rows.map((row) => row.value)
  if (edit.current.some((live) => !values.includes(live))) return void edit.kept.add('foreign-record')
  for (const value of values) edit.put(value)
}

function planAlias(edit: Edit, row: PublishedRow, hasOther: boolean): void {
  if (edit.current.includes(row.value)) return
  if (edit.current.length > 0 || hasOther) return void edit.kept.add('foreign-record')
  edit.put(row.value)
}

function planRow(edit: Edit, type: RecordType, row: PublishedRow, withdrawn: readonly PublishedRow[]): void {
  if (row.purpose === 'spf') planSpf(edit, row, withdrawn)
  else if (row.purpose === 'dkim') planDkim(edit, row)
  else if (row.purpose === 'srv') planSrv(edit, row)
  else if (isSingleText(row.purpose)) planSingleText(edit, row)
  else planShared(edit, type, row)
}

/** Takes out what is withdrawn, however it was written; of an SPF record that others have extended only our addresses. */
function takeWithdrawn(edit: Edit, type: RecordType, rows: readonly PublishedRow[]): void {
  const withdrawn = rows.filter((row) => row.purpose === 'withdrawn').map(({ value }) => value)
  const wanted = rows.filter((row) => row.purpose !== 'withdrawn').map(({ value }) => value)
  const isMerged = rows.some((row) => row.purpose === 'spf')
  for (const value of withdrawn) {
    if (isMerged && isSpfRecord(value)) continue
    for (const live of edit.current) if (isWithdrawn(type, live, value, wanted)) takeOrShrink(edit, live, value)
  }
}

function takeOrShrink(edit: Edit, live: string, withdrawn: string): void {
  const merge = live !== withdrawn && isSpfRecord(live) ? mergeSpf(live, [], spfAddresses(withdrawn)) : null
  if (merge?.kind === 'refused') edit.kept.add(merge.reason === 'foreign' ? 'foreign-record' : merge.reason)
  else if (merge?.kind === 'merged' && !isOnlyAll(merge.text)) edit.replace(live, merge.text)
  else edit.take(live)
}

function planMxSet(edit: Edit, rows: readonly PublishedRow[], movesMail: boolean): void {
  const values = (purpose: Purpose) => rows.filter((row) => row.purpose === purpose).map((row) => row.value)
  const backups = values('backup-mx')
  if (backups.length > 0) planBackupMx(edit, backups)
  const ours = values('mx')
  const hosts = [...ours, ...values('own')]
  // Only servers of ours take the place of another's, neither the word that there is no mail nor a record of the administrator's.
  if (hosts.length > 0) planMx(edit, hosts, movesMail && ours.some((value) => host(value) !== '.'))
}

/**
 * The smallest edit of what is live at one name and type that makes it as wanted. Only values of ours are taken out; SPF
 * is merged, a policy, address or alias of somebody else stays and is named in `kept`, and so does an MX unless the mail
 * moves. Idempotent: planned again on its own result it is empty.
 */
export function planRrset(input: RrsetPlanInput): RrsetEdit {
  const { type, rows, live, hasAlias, hasOther = false, movesMail = false } = input
  if (hasAlias && type !== 'CNAME') return { remove: [], add: [], kept: ['alias'] }
  const edit = new Edit(live)
  const withdrawn = rows.filter((row) => row.purpose === 'withdrawn')
  const wanted = rows.filter((row) => row.purpose !== 'withdrawn' && !row.isHeld)
  takeWithdrawn(edit, type, rows)
  if (type === 'MX') planMxSet(edit, wanted, movesMail)
  else if (type === 'A' || type === 'AAAA') planAddresses(edit, wanted)
  else if (type === 'CNAME') for (const row of wanted) planAlias(edit, row, hasOther)
  else for (const row of wanted) planRow(edit, type, row, withdrawn)
  return edit.result()
}
