import { setTimeout as sleep } from 'node:timers/promises'
import type { SendUpdate } from '@/lib/dns/nsupdate'
import { planRrset, type KeepReason, type PublishedRow } from '@/lib/dns/publish-plan'
import type { RecordType } from '@/lib/dns/record'
import type { Dns } from '@/lib/dns/resolver'
import type { Rfc2136Config } from '@/lib/dns/schema'

/** A provider with its secret opened, and the zone that the domain's records go to. */
export interface OpenProvider {
  config: Rfc2136Config
  secret: string
  zone: string
}

export interface RrsetToPublish {
  name: string
  type: RecordType
  ttlSeconds: number
  rows: readonly PublishedRow[]
}

/**
 * `published`: changed and seen at the server (`words`: what beside it was left). `unconfirmed`: accepted, yet not there afterwards. `kept`: nothing written, because
 * something of others stands there. `conflict`: others kept writing to it.
 */
export type PublishOutcome =
  | { status: 'published' | 'unchanged' | 'unconfirmed' | 'conflict'; words: string }
  | { status: 'kept'; reasons: KeepReason[]; words: string }
  | { status: 'refused' | 'temperror'; words: string }

const ATTEMPTS = 3
const CONFIRM_MS = [0, 50, 150, 300, 500, 1000]

type Live =
  | { status: 'read'; records: { value: string; rdata: string | null }[]; ttlSeconds: number | null; hasAlias: boolean }
  | { status: 'temperror'; words: string }

async function readLive(dns: Dns, provider: OpenProvider, name: string, type: RecordType): Promise<Live> {
  const answer = await dns.ask(provider.config.server, name, type, 'authoritative')
  switch (answer.status) {
    case 'answer': {
      const ttlSeconds = Math.min(...answer.records.map((record) => record.ttlSeconds))
      return { status: 'read', records: answer.records, ttlSeconds, hasAlias: false }
    }
    case 'nodata':
    case 'nxdomain':
      return { status: 'read', records: [], ttlSeconds: null, hasAlias: false }
    case 'alias':
      return { status: 'read', records: [], ttlSeconds: null, hasAlias: true }
    case 'referral':
      return { status: 'temperror', words: `the server passes ${name} on to ${answer.zone}` }
    case 'temperror':
      return { status: 'temperror', words: `${answer.reason}: ${answer.words}` }
  }
}

async function isConfirmed(dns: Dns, provider: OpenProvider, set: RrsetToPublish): Promise<boolean> {
  // A server that signs its zone shows a change only once it is signed.
  for (const wait of CONFIRM_MS) {
    await sleep(wait)
    const live = await readLive(dns, provider, set.name, set.type)
    if (live.status !== 'read') continue
    const left = planRrset({ ...set, live: live.records.map(({ value }) => value), hasAlias: live.hasAlias })
    if (left.add.length === 0 && left.remove.length === 0) return true
  }
  return false
}

/**
 * Brings one RRset to what is wanted: reads it, plans the smallest edit, writes under the condition that it is still as
 * read, reads again. Nothing is written where nothing is to be changed. A TTL that others set stays.
 */
export async function publishRrset(
  dns: Dns,
  send: SendUpdate,
  provider: OpenProvider,
  set: RrsetToPublish,
): Promise<PublishOutcome> {
  let words = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const live = await readLive(dns, provider, set.name, set.type)
    if (live.status === 'temperror') return live
    const values = live.records.map(({ value }) => value)
    const { add, remove, kept } = planRrset({ ...set, live: values, hasAlias: live.hasAlias })
    if (add.length === 0 && remove.length === 0) {
      return kept.length > 0
        ? { status: 'kept', reasons: kept, words: kept.join(', ') }
        : { status: 'unchanged', words: '' }
    }
    const isShared = values.some((value) => !remove.includes(value))
    const ttlSeconds = isShared ? (live.ttlSeconds ?? set.ttlSeconds) : set.ttlSeconds
    const exact = live.records.map(({ rdata }) => rdata)
    // Data that we cannot write down exactly cannot be made a condition: hands off.
    if (!exact.every((rdata) => rdata !== null)) return { status: 'kept', reasons: ['invalid'], words: 'invalid' }
    const gone = live.records.flatMap(({ value, rdata }) => (remove.includes(value) && rdata !== null ? [rdata] : []))
    const records = add.map((value) => ({ name: set.name, type: set.type, ttlSeconds, value }))
    const result = await send(provider.config, provider.secret, {
      zone: provider.zone,
      name: set.name,
      type: set.type,
      live: exact,
      remove: gone,
      add: records,
    })
    if (result.status === 'done') {
      if (!(await isConfirmed(dns, provider, set)))
        return { status: 'unconfirmed', words: 'accepted, but the server does not show it' }
      return { status: 'published', words: kept.join(', ') }
    }
    if (result.status !== 'changed') return result
    words = result.words
  }
  return { status: 'conflict', words }
}
