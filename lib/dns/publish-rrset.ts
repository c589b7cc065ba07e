import { setTimeout as sleep } from 'node:timers/promises'
import { liveValues, type LiveRrset, type Provider, type RrsetChange } from '@/lib/dns/provider'
import { planRrset, type KeepReason, type PublishedRow } from '@/lib/dns/publish-plan'
import type { RecordType } from '@/lib/dns/record'
import { progressOf, type ValueEdit } from '@/lib/dns/rrset-progress'

export interface RrsetToPublish {
  name: string
  type: RecordType
  ttlSeconds: number
  rows: readonly PublishedRow[]
}

export const PUBLISH_STATUSES = [
  'published',
  'unchanged',
  'kept',
  'unsupported',
  'stale',
  'outdated',
  'skipped',
  'conflict',
  'partial',
  'unconfirmed',
  'refused',
  'temperror',
] as const

/**
 * `published`: changed and read back (`words`: what beside it was left). `unchanged`: it was as wanted. `kept`: nothing
 * written, because something of others stands there. `unsupported`: the provider cannot hold that type. `stale`: it is
 * not as the plan found it. `outdated`: something else is wanted than when the plan was made. `skipped`: something before it failed. `conflict`: others kept writing to it. `partial`: what stands there now is neither the old
 * nor the new. `unconfirmed`: accepted, yet nothing changed.
 */
export interface PublishOutcome {
  status: (typeof PUBLISH_STATUSES)[number]
  words: string
}

/** What to write to one RRset, and what of others was left and why. */
export interface PlannedChange extends RrsetChange {
  kept: KeepReason[]
}

const ATTEMPTS = 3
const CONFIRM_MS = [0, 50, 150, 300, 500, 1000]

/** The change that makes an RRset as wanted, from what stands there. A TTL that others share stays theirs. `movesMail`: MX of others give way. */
export function planChange(set: RrsetToPublish, live: LiveRrset, movesMail = false): PlannedChange {
  const { name, type } = set
  const values = liveValues(live)
  // Data that nobody can write down cannot be written back or made a condition: hands off.
  if (live.records.some(({ exact }) => exact === null))
    return { name, type, ttlSeconds: set.ttlSeconds, live, remove: [], add: [], kept: ['invalid'] }
  const edit = planRrset({
    ...{ type, rows: set.rows, live: values, movesMail },
    ...{ hasAlias: live.hasAlias, hasOther: live.hasOther },
  })
  const isShared = values.some((value) => !edit.remove.includes(value))
  const ttlSeconds = isShared ? (live.ttlSeconds ?? set.ttlSeconds) : set.ttlSeconds
  return { name, type, ttlSeconds, live, ...edit }
}

function quoted(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ')
}

/** What stands there after a write, in the terms of the write: a server that signs its zone shows a change only once it is signed. */
async function readBack(
  provider: Provider,
  zone: string,
  set: Pick<RrsetChange, 'name' | 'type'>,
  edit: ValueEdit,
  waits: readonly number[],
): Promise<PublishOutcome> {
  let last: PublishOutcome = { status: 'temperror', words: '' }
  for (const wait of waits) {
    await sleep(wait)
    const live = await provider.read(zone, set.name, set.type)
    if (live.status !== 'read') {
      last = { status: 'temperror', words: live.words }
      continue
    }
    const now = liveValues(live)
    const { state, lost } = progressOf(edit, now)
    if (lost.length > 0) return { status: 'partial', words: `gone: ${quoted(lost)}` }
    if (state === 'done') return { status: 'published', words: '' }
    if (state !== 'before') return { status: 'partial', words: `stands there: ${quoted(now)}` }
    last = { status: 'unconfirmed', words: 'accepted, but nothing changed' }
  }
  return last
}

/** Writes a change and reads it back. `changed`: the RRset was no longer as it was read. */
export async function writeChange(
  provider: Provider,
  zone: string,
  change: RrsetChange,
): Promise<PublishOutcome | { status: 'changed'; words: string }> {
  const result = await provider.change(zone, change)
  if (result.status === 'changed') return result
  const edit = { before: liveValues(change.live), remove: change.remove, add: change.add }
  if (result.status === 'done') return readBack(provider, zone, change, edit, CONFIRM_MS)
  // A write that ended badly may have been carried out all the same, or half.
  const seen = await readBack(provider, zone, change, edit, [0])
  return seen.status === 'published' || seen.status === 'partial' ? seen : result
}

/**
 * Brings one RRset to what is wanted: reads it, plans the smallest edit, writes under the condition that it is still as
 * read, reads again. Nothing is written where nothing is to be changed.
 */
export async function publishRrset(provider: Provider, zone: string, set: RrsetToPublish): Promise<PublishOutcome> {
  if (!provider.takes(set.type)) return { status: 'unsupported', words: set.type }
  let words = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const live = await provider.read(zone, set.name, set.type)
    if (live.status !== 'read') return live
    const { kept, ...change } = planChange(set, live)
    if (change.add.length === 0 && change.remove.length === 0)
      return kept.length > 0 ? { status: 'kept', words: kept.join(', ') } : { status: 'unchanged', words: '' }
    const result = await writeChange(provider, zone, change)
    if (result.status === 'published') return { status: 'published', words: kept.join(', ') }
    if (result.status !== 'changed') return { status: result.status, words: result.words }
    words = result.words
  }
  return { status: 'conflict', words }
}
