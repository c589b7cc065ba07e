import { z } from 'zod'
import {
  NOTHING_LIVE,
  type ChangeResult,
  type LiveRecord,
  type LiveRrset,
  type Provider,
  type ProviderTrouble,
  type RrsetChange,
  type TryResult,
  type ZoneResult,
} from '@/lib/dns/provider'
import { canonicalValue, isInside, type RecordType } from '@/lib/dns/record'
import type { PowerdnsConfig } from '@/lib/dns/schema'
import { formatRdata } from '@/lib/dns/zone-text'

const TIMEOUT_MS = 15_000
const MAX_ANSWER_CHARACTERS = 64 * 1024 * 1024
const MAX_ZONES_NAMED = 20

const record = z.object({ content: z.string(), disabled: z.boolean().default(false) })
const rrset = z.object({ name: z.string(), type: z.string(), ttl: z.number(), records: z.array(record) })
const zoneSchema = z.object({
  name: z.string(),
  dnssec: z.boolean().default(false),
  api_rectify: z.boolean().default(false),
  rrsets: z.array(rrset).default([]),
})
const zoneList = z.array(z.object({ name: z.string() }))

type ApiRrset = z.infer<typeof rrset>
type ApiZone = z.infer<typeof zoneSchema>
type Answer = { status: 'ok'; body: unknown } | { status: 'missing'; words: string } | ProviderTrouble

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/**
 * The HTTP API of PowerDNS Authoritative, version 1. An RRset is replaced as a whole, so what stands beside ours, disabled
 * records too, is written back as the API gave it. The API takes no condition: the RRset is read again right before it
 * is written, and what somebody else writes within those milliseconds is lost.
 */
export function powerdnsProvider(config: PowerdnsConfig, key: string): Provider {
  const api = new Api(config, key)

  async function findZone(domain: string): Promise<ZoneResult> {
    if (config.zone !== null && !isInside(domain, config.zone))
      return { status: 'refused', words: `${domain} is not in the zone ${config.zone}` }
    const candidates = config.zone === null ? parentsOf(domain) : [config.zone]
    for (const zone of candidates) {
      const found = await api.zone(zone, '?rrsets=false')
      if (found.status === 'ok') return { status: 'found', zone }
      if (found.status !== 'missing') return found
    }
    return { status: 'refused', words: `the server does not hold ${domain}` }
  }

  async function read(zone: string, name: string, type: RecordType): Promise<LiveRrset | ProviderTrouble> {
    const answer = await api.zone(zone, `?rrset_name=${encodeURIComponent(`${name}.`)}`)
    if (answer.status === 'missing') return { status: 'refused', words: answer.words }
    return answer.status === 'ok' ? liveFrom(answer.zone, name, type) : answer
  }

  async function change(zone: string, wanted: RrsetChange): Promise<ChangeResult> {
    // Only the whole zone shows disabled records.
    const answer = await api.zone(zone, '')
    if (answer.status === 'missing') return { status: 'refused', words: answer.words }
    if (answer.status !== 'ok') return answer
    const now = liveFrom(answer.zone, wanted.name, wanted.type)
    if (!isSame(now, wanted.live)) return { status: 'changed', words: 'it changed since it was read' }
    const before = findRrset(answer.zone, wanted.name, wanted.type)
    const written = await api.send('PATCH', api.path(zone), { rrsets: [replacement(before, wanted)] })
    if (written.status !== 'ok') return written.status === 'missing' ? { ...written, status: 'refused' } : written
    return answer.zone.dnssec && !answer.zone.api_rectify ? rectify(zone) : { status: 'done' }
  }

  /** RFC 4034 §4, RFC 5155 §7.1: a signed zone's chain of names has to be made anew when names come or go. */
  async function rectify(zone: string): Promise<ChangeResult> {
    const result = await api.send('PUT', `${api.path(zone)}/rectify`)
    if (result.status === 'ok') return { status: 'done' }
    return { status: result.status === 'missing' ? 'refused' : result.status, words: result.words }
  }

  async function tryOut(domain: string): Promise<TryResult> {
    const answer = await api.send('GET', api.path())
    if (answer.status !== 'ok') return answer.status === 'missing' ? { ...answer, status: 'refused' } : answer
    const zones = zoneList.safeParse(answer.body)
    if (!zones.success) return { status: 'temperror', words: 'this is not the API of PowerDNS' }
    const found = await findZone(domain)
    const names = zones.data.map(({ name }) => plain(name)).sort()
    if (found.status !== 'found') return found
    return { status: 'ok', zones: names.slice(0, MAX_ZONES_NAMED), words: String(names.length) }
  }

  return { takes: () => true, findZone, read, change, tryOut }
}

/** The domain and its parents, longest first. */
function parentsOf(domain: string): string[] {
  const labels = domain.split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}

function findRrset(zone: ApiZone, name: string, type: string): ApiRrset | undefined {
  return zone.rrsets.find((set) => plain(set.name) === name && set.type === type)
}

function isServed(set: ApiRrset | undefined): set is ApiRrset {
  return set?.records.some(({ disabled }) => !disabled) ?? false
}

function liveFrom(zone: ApiZone, name: string, type: RecordType): LiveRrset {
  const set = findRrset(zone, name, type)
  if (!isServed(set)) {
    const beside = zone.rrsets.filter((other) => plain(other.name) === name && isServed(other))
    const hasAlias = beside.some((other) => other.type === 'CNAME')
    return { ...NOTHING_LIVE, hasAlias, hasOther: type === 'CNAME' && beside.length > 0 }
  }
  const served = set.records.filter(({ disabled }) => !disabled)
  const records = served.map(({ content }): LiveRecord => ({
    value: canonicalValue(type, content) ?? content,
    exact: content,
  }))
  return { ...NOTHING_LIVE, records, ttlSeconds: set.ttl }
}

function isSame(one: LiveRrset, other: LiveRrset): boolean {
  const contents = (live: LiveRrset) => live.records.map(({ exact }) => exact).sort()
  return one.hasAlias === other.hasAlias && JSON.stringify(contents(one)) === JSON.stringify(contents(other))
}

function replacement(before: ApiRrset | undefined, { name, type, ttlSeconds, live, remove, add }: RrsetChange) {
  const gone = new Set(live.records.filter(({ value }) => remove.includes(value)).map(({ exact }) => exact))
  const stays = (before?.records ?? []).filter(({ content, disabled }) => disabled || !gone.has(content))
  const comes = add.map((value) => ({ content: formatRdata(type, value), disabled: false }))
  // A disabled record of the same content is the one that comes.
  const added = new Set(comes.map(({ content }) => content))
  const records = [...stays.filter(({ content }) => !added.has(content)), ...comes]
  const set = { name: `${name}.`, type }
  return records.length === 0
    ? { ...set, changetype: 'DELETE' }
    : { ...set, changetype: 'REPLACE', ttl: ttlSeconds, records }
}

class Api {
  constructor(
    private readonly config: PowerdnsConfig,
    private readonly key: string,
  ) {}

  /** Of the zones, or of one. */
  path(zone?: string): string {
    const base = `/api/v1/servers/${encodeURIComponent(this.config.serverId)}/zones`
    return zone === undefined ? base : `${base}/${encodeURIComponent(`${zone}.`)}`
  }

  async zone(
    zone: string,
    query: string,
  ): Promise<{ status: 'ok'; zone: ApiZone } | Exclude<Answer, { status: 'ok' }>> {
    const answer = await this.send('GET', `${this.path(zone)}${query}`)
    if (answer.status !== 'ok') return answer
    const parsed = zoneSchema.safeParse(answer.body)
    return parsed.success
      ? { status: 'ok', zone: parsed.data }
      : { status: 'temperror', words: 'this is not the API of PowerDNS' }
  }

  async send(method: 'GET' | 'PATCH' | 'PUT', path: string, body?: unknown): Promise<Answer> {
    try {
      const response = await fetch(`${this.config.url}${path}`, {
        method,
        headers: { 'X-API-Key': this.key, Accept: 'application/json', 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // Elsewhere the key has no business.
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      return readAnswer(response.status, await readText(response))
    } catch (error) {
      return { status: 'temperror', words: reason(error) }
    }
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_ANSWER_CHARACTERS) throw new Error('the answer is too long')
  }
  return text
}

/** Node's fetch says "fetch failed" and keeps the reason in `cause`. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

const refusal = z.object({ error: z.string() })

function readAnswer(code: number, text: string): Answer {
  let body: unknown = null
  try {
    body = text === '' ? null : JSON.parse(text)
  } catch {
    // Refusals come as plain text too; what must be JSON is checked where it is read.
    body = null
  }
  if (code >= 200 && code < 300) return { status: 'ok', body }
  const said = refusal.safeParse(body)
  const words = `${code} ${said.success ? said.data.error : text.trim().slice(0, 200)}`
  if (code === 404) return { status: 'missing', words }
  return { status: code >= 400 && code < 500 && code !== 429 ? 'refused' : 'temperror', words }
}
