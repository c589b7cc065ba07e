import type { DnsServer } from '@/lib/dns/answer'
import { sendUpdate, type SendUpdate } from '@/lib/dns/nsupdate'
import {
  NOTHING_LIVE,
  OTHER_TYPES,
  type ChangeResult,
  type LiveRecord,
  type LiveRrset,
  type Provider,
  type ProviderTrouble,
  type TryResult,
  type ZoneResult,
} from '@/lib/dns/provider'
import { isInside, type RecordType } from '@/lib/dns/record'
import type { Dns } from '@/lib/dns/resolver'
import type { Rfc2136Config } from '@/lib/dns/schema'
import { zoneAtServer } from '@/lib/dns/zone-at-server'

/**
 * A primary server that takes DNS UPDATE (RFC 2136) signed with TSIG. What it serves is what it holds, and every change
 * carries the state it was planned on as its condition: nothing that others write meanwhile is lost.
 */
export function rfc2136Provider(
  config: Rfc2136Config,
  secret: string,
  dns: Dns,
  send: SendUpdate = sendUpdate,
): Provider {
  const { server } = config

  async function findZone(domain: string): Promise<ZoneResult> {
    if (config.zone === null) return zoneAtServer(dns, server, domain)
    if (isInside(domain, config.zone)) return { status: 'found', zone: config.zone }
    return { status: 'refused', words: `${domain} is not in the zone ${config.zone}` }
  }

  async function read(zone: string, name: string, type: RecordType): Promise<LiveRrset | ProviderTrouble> {
    const live = await readServer(dns, server, name, type)
    if (live.status !== 'read' || live.records.length === 0) return live
    if (!(await looksLikeWildcard(dns, server, zone, name, type, live))) return live
    // The same data may stand at the name as well: only the server itself can tell.
    const asked = await send(config, secret, { zone, name, type, live: 'any', remove: [], add: [] })
    if (asked.status === 'changed') return { ...NOTHING_LIVE, isWildcard: true }
    return asked.status === 'done' ? live : asked
  }

  async function tryOut(domain: string): Promise<TryResult> {
    const found = await findZone(domain)
    if (found.status !== 'found') return found
    const question = { zone: found.zone, name: found.zone, type: 'SOA', live: 'any', remove: [], add: [] } as const
    const asked = await send(config, secret, question)
    if (asked.status === 'done') return { status: 'ok', zones: [found.zone], words: '' }
    return { status: asked.status === 'temperror' ? 'temperror' : 'refused', words: asked.words }
  }

  return {
    takes: () => true,
    findZone,
    read,
    tryOut,
    change: (zone, { name, type, ttlSeconds, live, remove, add }): Promise<ChangeResult> => {
      const gone = live.records.filter((record) => remove.includes(record.value))
      return send(config, secret, {
        zone,
        name,
        type,
        live: live.records.map(requireExact),
        remove: gone.map(requireExact),
        add: add.map((value) => ({ name, type, ttlSeconds, value })),
      })
    },
  }
}

function requireExact({ value, exact }: LiveRecord): string {
  if (exact === null) throw new Error(`no condition can be made of ${JSON.stringify(value)}`)
  return exact
}

/** What one authoritative server says of a name and type. */
export async function readServer(
  dns: Dns,
  server: DnsServer,
  name: string,
  type: RecordType,
): Promise<LiveRrset | ProviderTrouble> {
  const answer = await dns.ask(server, name, type, 'authoritative')
  switch (answer.status) {
    case 'answer': {
      const records = answer.records.map(({ value, rdata }) => ({ value, exact: rdata }))
      const ttlSeconds = Math.min(...answer.records.map((record) => record.ttlSeconds))
      return { ...NOTHING_LIVE, records, ttlSeconds }
    }
    case 'nodata':
      return { ...NOTHING_LIVE, hasOther: type === 'CNAME' && (await hasOther(dns, server, name)) }
    case 'nxdomain':
      return NOTHING_LIVE
    case 'alias':
      return { ...NOTHING_LIVE, hasAlias: true }
    case 'referral':
      return { status: 'temperror', words: `the server passes ${name} on to ${answer.zone}` }
    case 'temperror':
      return { status: 'temperror', words: `${answer.reason}: ${answer.words}` }
  }
}

async function hasOther(dns: Dns, server: DnsServer, name: string): Promise<boolean> {
  const answers = await Promise.all(OTHER_TYPES.map((type) => dns.ask(server, name, type, 'authoritative')))
  return answers.some(({ status }) => status === 'answer')
}

/** True where a `*` between the name and its zone has the very same data (RFC 4592 §2.2). */
async function looksLikeWildcard(
  dns: Dns,
  server: DnsServer,
  zone: string,
  name: string,
  type: RecordType,
  live: LiveRrset,
): Promise<boolean> {
  for (let parent = name; parent !== zone && parent.includes('.');) {
    parent = parent.slice(parent.indexOf('.') + 1)
    const wildcard = `*.${parent}`
    if (wildcard === name) return false
    const other = await readServer(dns, server, wildcard, type)
    if (other.status === 'read' && other.records.length > 0) return isSameData(live, other)
  }
  return false
}

function isSameData(one: LiveRrset, other: LiveRrset): boolean {
  const values = new Set(other.records.map(({ value }) => value))
  return one.records.length === values.size && one.records.every(({ value }) => values.has(value))
}
