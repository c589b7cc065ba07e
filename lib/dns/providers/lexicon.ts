import { z } from 'zod'
import { askAuthority, findAuthority, type AuthorityResult } from '@/lib/dns/authority'
import { domainAuthority } from '@/lib/dns/domain-authority'
import {
  liveValues,
  NOTHING_LIVE,
  OTHER_TYPES,
  type ChangeResult,
  type LiveRecord,
  type LiveRrset,
  type Provider,
  type ProviderTrouble,
  type RrsetChange,
  type TryResult,
  type ZoneResult,
} from '@/lib/dns/provider'
import { isPlainText, LEXICON_TYPES, readContent } from '@/lib/dns/providers/lexicon-content'
import { findService, type LexiconService } from '@/lib/dns/providers/lexicon-services'
import { runLexicon, type RunLexicon } from '@/lib/dns/providers/run-lexicon'
import { isInside, type RecordType } from '@/lib/dns/record'
import { progressOf } from '@/lib/dns/rrset-progress'
import type { Dns } from '@/lib/dns/resolver'
import type { LexiconConfig } from '@/lib/dns/schema'

const listing = z.array(
  z.looseObject({
    type: z.string(),
    name: z.string(),
    content: z.coerce.string(),
    ttl: z.coerce.number().nullish().catch(null),
    priority: z.coerce.string().nullish(),
    options: z.looseObject({ mx: z.looseObject({ priority: z.coerce.string() }).optional() }).nullish(),
  }),
)
type Listed = z.infer<typeof listing>[number]

const credentials = z.record(z.string(), z.string())

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/**
 * One of the services that `lexicon` writes to, record by record, as far as its list, create and delete go. It has no
 * conditions and no transactions: the RRset is listed right before it is written, what comes is written and listed
 * before anything goes, and a call that ends half way leaves a state that the next one goes on from. A list that lacks what
 * DNS serves is not believed: what is not known would be written twice, or beside what it contradicts.
 */
export function lexiconProvider(
  config: LexiconConfig,
  credential: string,
  dns: Dns,
  run: RunLexicon = runLexicon,
): Provider {
  return new Lexicon(config, credentials.parse(JSON.parse(credential)), dns, run)
}

/** A call that did not do what it was asked to: ends the change it was part of. */
class CallFailed extends Error {
  override readonly name = 'CallFailed'
  constructor(readonly trouble: ProviderTrouble) {
    super(trouble.words)
  }
}

class Lexicon implements Provider {
  private readonly service: LexiconService
  private readonly settings: Record<string, string>
  private readonly authorities = new Map<string, Promise<AuthorityResult>>()
  /** What this one has deleted: DNS may serve it for a while. */
  private readonly deleted = new Set<string>()

  constructor(
    private readonly config: LexiconConfig,
    given: Readonly<Record<string, string>>,
    private readonly dns: Dns,
    private readonly run: RunLexicon,
  ) {
    const service = findService(config.service)
    if (!service) throw new Error(`lexicon has no service ${config.service}`)
    this.service = service
    const prefix = `LEXICON_${service.id.toUpperCase()}_`
    const all = Object.entries({ ...service.presets, ...given })
    this.settings = Object.fromEntries(all.map(([option, value]) => [prefix + option.toUpperCase(), value]))
  }

  takes(type: RecordType): boolean {
    return LEXICON_TYPES.includes(type)
  }

  async findZone(domain: string): Promise<ZoneResult> {
    const { zone } = this.config
    if (zone !== null) {
      if (isInside(domain, zone)) return { status: 'found', zone }
      return { status: 'refused', words: `${domain} is not in the zone ${zone}` }
    }
    const found = await this.authority(domain)
    return found.status === 'found' ? { status: 'found', zone: found.authority.zone } : found
  }

  async read(zone: string, name: string, type: RecordType): Promise<LiveRrset | ProviderTrouble> {
    try {
      return await this.readOrThrow(zone, name, type)
    } catch (error) {
      if (error instanceof CallFailed) return error.trouble
      throw error
    }
  }

  async change(zone: string, change: RrsetChange): Promise<ChangeResult> {
    try {
      return await this.changeOrThrow(zone, change)
    } catch (error) {
      if (error instanceof CallFailed) return error.trouble
      throw error
    }
  }

  async tryOut(domain: string): Promise<TryResult> {
    const found = await this.findZone(domain)
    if (found.status !== 'found') return found
    try {
      const records = await this.list(found.zone, 'TXT')
      return { status: 'ok', zones: [found.zone], words: String(records.length) }
    } catch (error) {
      if (error instanceof CallFailed) return error.trouble
      throw error
    }
  }

  private async readOrThrow(zone: string, name: string, type: RecordType): Promise<LiveRrset> {
    const listed = await this.list(zone, type, name)
    const served = await this.served(zone, name, type)
    const records = listed.map((record): LiveRecord => {
      const priority = record.priority ?? record.options?.mx?.priority ?? null
      const value = readContent(type, { content: record.content, priority }, served.values)
      return { value: value ?? record.content, exact: value === null ? null : record.content }
    })
    const isWildcard = await this.requireComplete(zone, name, type, records, served.agreed)
    if (records.length === 0)
      return { ...NOTHING_LIVE, hasAlias: served.hasAlias, hasOther: served.hasOther, isWildcard }
    const ttls = listed.flatMap(({ ttl }) => (ttl == null ? [] : [ttl]))
    return { ...NOTHING_LIVE, records, ttlSeconds: ttls.length > 0 ? Math.min(...ttls) : null }
  }

  /** True where what is served and not listed is a wildcard's (RFC 4592 §2.2); fails where it is not. */
  private async requireComplete(
    zone: string,
    name: string,
    type: RecordType,
    records: readonly LiveRecord[],
    served: readonly string[],
  ): Promise<boolean> {
    // A list that cannot be read is left alone by all who see it.
    if (records.some(({ exact }) => exact === null)) return false
    const isKnown = (value: string) =>
      records.some((record) => record.value === value) || this.deleted.has(`${name} ${type} ${value}`)
    const unlisted = served.filter((value) => !isKnown(value))
    if (unlisted.length === 0) return false
    if (records.length === 0 && (await this.isOfWildcard(zone, name, type, unlisted))) return true
    const words = `the service does not list what DNS serves: ${unlisted.join(', ')}`
    throw new CallFailed({ status: 'temperror', words })
  }

  private async isOfWildcard(
    zone: string,
    name: string,
    type: RecordType,
    values: readonly string[],
  ): Promise<boolean> {
    for (let parent = name; parent !== zone && parent.includes('.');) {
      parent = parent.slice(parent.indexOf('.') + 1)
      const { agreed } = await this.served(zone, `*.${parent}`, type)
      if (agreed.length > 0) return `*.${parent}` !== name && values.every((value) => agreed.includes(value))
    }
    return false
  }

  /** What the zone's servers serve, and what all that answer `agreed` on: it tells how a listed content is meant, and what stands in the way. */
  private async served(zone: string, name: string, type: RecordType) {
    const found = await this.authority(zone)
    if (found.status !== 'found') return { values: [], agreed: [], hasAlias: false, hasOther: false }
    const ask = async (asked: RecordType) =>
      (await askAuthority(this.dns, found.authority, name, asked)).map(({ answer }) => answer)
    const answers = await ask(type)
    const others = type === 'CNAME' ? (await Promise.all(OTHER_TYPES.map(ask))).flat() : []
    const known = answers.filter((answer) => answer.status !== 'temperror')
    const said = known.map((answer) => (answer.status === 'answer' ? answer.records.map(({ value }) => value) : []))
    const values = [...new Set(said.flat())]
    return {
      values,
      agreed: values.filter((value) => said.every((one) => one.includes(value))),
      hasAlias: answers.some((answer) => answer.status === 'alias'),
      hasOther: others.some((answer) => answer.status === 'answer'),
    }
  }

  private authority(domain: string): Promise<AuthorityResult> {
    const known = this.authorities.get(domain)
    if (known) return known
    const asked =
      this.config.authoritative.length > 0
        ? domainAuthority(this.dns, domain, this.config)
        : findAuthority(this.dns, domain)
    this.authorities.set(domain, asked)
    return asked
  }

  private async changeOrThrow(zone: string, change: RrsetChange): Promise<ChangeResult> {
    const { name, type, ttlSeconds, live, remove, add } = change
    const now = await this.readOrThrow(zone, name, type)
    const edit = { before: liveValues(live), remove, add }
    const { state } = progressOf(edit, liveValues(now))
    if (state !== 'before' && state !== 'part') return { status: 'changed', words: 'it changed since it was read' }
    const doubt = unsafe(this.service, now, change)
    if (doubt) return { status: 'refused', words: doubt }
    const missing = add.filter((value) => !liveValues(now).includes(value))
    const gone = now.records.filter(({ value }) => remove.includes(value))
    const create = async () => {
      for (const value of missing) await this.create(zone, name, type, value, ttlSeconds)
    }
    // Beside a CNAME nothing can stand, another one neither.
    if (type !== 'CNAME') {
      await create()
      if (gone.length > 0 && missing.length > 0) await this.requireListed(zone, name, type, missing)
    }
    for (const { value, exact } of gone) {
      await this.delete(zone, name, type, exact ?? '')
      this.deleted.add(`${name} ${type} ${value}`)
    }
    if (type === 'CNAME') await create()
    return { status: 'done' }
  }

  private async requireListed(zone: string, name: string, type: RecordType, values: readonly string[]): Promise<void> {
    const now = liveValues(await this.readOrThrow(zone, name, type))
    if (values.every((value) => now.includes(value))) return
    throw new CallFailed({ status: 'refused', words: 'what was written is not listed; nothing was taken away' })
  }

  private async create(zone: string, name: string, type: RecordType, value: string, ttl: number): Promise<void> {
    const [preference = '', host = ''] = type === 'MX' ? value.split(' ') : []
    const isApart = type === 'MX' && this.service.hasPriority
    const content = isApart ? [`--content=${host}`, `--priority=${preference}`] : [`--content=${value}`]
    const args = ['create', zone, type, this.nameOption(zone, name), ...content, `--ttl=${ttl}`]
    const output = await this.call(zone, args)
    if (/^false$/m.test(output.trim()))
      throw new CallFailed({ status: 'refused', words: 'the service did not take it' })
  }

  private async delete(zone: string, name: string, type: RecordType, content: string): Promise<void> {
    await this.call(zone, ['delete', zone, type, this.nameOption(zone, name), `--content=${content}`])
  }

  private async list(zone: string, type: RecordType, name?: string): Promise<Listed[]> {
    const filter = name === undefined ? [] : [this.nameOption(zone, name)]
    const output = await this.call(zone, ['list', zone, type, ...filter])
    const parsed = listing.safeParse(lastJson(output))
    if (!parsed.success) throw new CallFailed({ status: 'temperror', words: 'the list of records cannot be read' })
    const absolute = (text: string) => {
      const given = plain(text)
      if (given === '' || given === '@') return zone
      return isInside(given, zone) ? given : `${given}.${zone}`
    }
    return parsed.data.filter((one) => one.type === type && (name === undefined || absolute(one.name) === name))
  }

  private nameOption(zone: string, name: string): string {
    return `--name=${name === zone && this.service.apex === '@' ? '@' : name}`
  }

  /** `--delegated` names the zone itself; without it lexicon takes the registered domain above. */
  private async call(zone: string, args: readonly string[]): Promise<string> {
    const [action = '', ...rest] = args
    const all = ['--delegated', zone, this.service.id, action, ...rest, '--output=JSON']
    const { code, output, words } = await this.run(all, this.settings)
    if (code === 0) return output
    if (code === null) throw new CallFailed({ status: 'temperror', words: 'no answer in time' })
    const isRefused = /\b4(?!29)\d\d (Client )?Error|Authentication|not found|Unauthorized|Forbidden|Invalid/i.test(
      words,
    )
    throw new CallFailed({ status: isRefused ? 'refused' : 'temperror', words: words || `lexicon ended with ${code}` })
  }
}

function lastJson(output: string): unknown {
  const line = output.trim().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(line)
  } catch {
    // Whoever reads it says that it is no list.
    return null
  }
}

/** What of a change lexicon would not write faithfully, in words; null where nothing. */
function unsafe(service: LexiconService, now: LiveRrset, { type, remove, add }: RrsetChange): string | null {
  if (now.records.some(({ exact }) => exact === null)) return 'a record there cannot be read'
  if (type !== 'TXT') return null
  if (!add.every(isPlainText)) return 'lexicon cannot write a text with quotes, backslashes or other characters'
  if (service.isByRecord) return null
  // What is written back went through lexicon, which takes quotes off and leaves those between strings.
  const stays = now.records.filter(({ value }) => !remove.includes(value))
  return stays.every(({ exact }) => isPlainText(exact ?? ''))
    ? null
    : 'a text beside it is quoted or split in a way that lexicon would not write back'
}
