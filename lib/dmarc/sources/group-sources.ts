import { getDomain } from 'tldts'
import { serviceOf, type ServiceFinder } from '@/lib/dmarc/sources/known-services'
import { sourceNamer, type NamedSource } from '@/lib/dmarc/sources/match'

/** One sum of messages from one address, as `dmarc_source_month` tells them apart, over the days that are asked for. */
export interface SourceLine {
  sourceIp: string
  messages: number
  isDkimAligned: boolean
  isSpfAligned: boolean
  isStopped: boolean
  /** Domain of the From line. */
  headerFrom: string
  /** `reason` types that the reporter gives, comma separated. */
  override: string
  /** `result domain selector`. */
  dkim: readonly string[]
  /** `result domain`. */
  spf: string
}

/** What is known of the world that the lines are read in. */
export interface SourceWorld {
  domain: string
  /** Our nodes by each of their addresses (canonical). */
  nodeOf: ReadonlyMap<string, string>
  /** Our keys' selectors; true for those that may sign now. */
  selectors: ReadonlyMap<string, boolean>
  /** Names of addresses that lead back to them. */
  nameOf: ReadonlyMap<string, string>
  /** What the administrator calls those that send. */
  named?: readonly NamedSource[]
  /** Services, where not those alone that come with the panel. */
  serviceOf?: ServiceFinder
}

export type SourceKind = 'own' | 'named' | 'service' | 'forwarder' | 'unknown'
/** Why mail is taken for forwarded, or may be. */
export type ForwardReason = 'our-signature' | 'reporter-says' | 'foreign-envelope'
/**
 * What to do about what fails; `none` where nothing does. `not-ours`: nothing, the policy is for it. `not-ours-passes`: it
 * does not send for us and yet passes.
 */
export type SourceAdvice =
  | 'none'
  | 'own-unsigned'
  | 'retired-key'
  | 'sign'
  | 'sign-and-include'
  | 'named-sign-or-include'
  | 'not-ours'
  | 'not-ours-passes'
  | 'forwarding'
  | 'find-out'

export interface SourceAddress {
  ip: string
  name: string | null
  messages: number
  aligned: number
}

export interface Source {
  /** Tells sources of a domain apart; the same each time. */
  key: string
  kind: SourceKind
  /** Name of the node, service, organisation or address, or the one that the administrator gave. */
  name: string
  /** What the administrator says: it sends for us or does not; null where he says nothing. */
  isOurs: boolean | null
  /** Of a service that sends with its customer's own envelope sender: what SPF is to include. */
  include: string | null
  forwarding: 'yes' | 'maybe' | 'no'
  forwardReason: ForwardReason | null
  messages: number
  aligned: number
  spfAligned: number
  dkimAligned: number
  /** Not aligned and quarantined or refused. */
  stopped: number
  addresses: SourceAddress[]
  /** Selectors of ours that signed though they should not any more. */
  retiredSelectors: string[]
  /** Of what is not aligned: the first few domains whose signatures hold, and envelope senders' that pass SPF. */
  signsAs: string[]
  envelopes: string[]
  advice: SourceAdvice
}

/** What tells which source a line belongs to. */
export type Place = Pick<Source, 'key' | 'kind' | 'name' | 'isOurs' | 'include' | 'forwarding' | 'forwardReason'>

const FORWARDED = new Set(['forwarded', 'mailing_list', 'trusted_forwarder'])

interface Signature {
  result: string
  domain: string
  selector: string
}

function signaturesOf(line: SourceLine): Signature[] {
  return line.dkim.map((text) => {
    const [result = '', domain = '', selector = ''] = text.split(' ')
    return { result, domain, selector }
  })
}

/**
 * Whether a line came by way of somebody who passed it on. Our own signature that holds, from an address that is not
 * ours, is proof; so is the word of the reporter, who saw the message. A foreign envelope sender that passes SPF beside a
 * signature of ours that broke looks like a list.
 */
function forwardOf(line: SourceLine, world: SourceWorld): ForwardReason | null {
  const own = signaturesOf(line).filter(
    ({ domain, selector }) => domain === world.domain && world.selectors.has(selector),
  )
  if (!line.isSpfAligned && own.some(({ result }) => result === 'pass')) return 'our-signature'
  if (line.override.split(',').some((type) => FORWARDED.has(type))) return 'reporter-says'
  if (!line.isSpfAligned && line.spf.startsWith('pass ') && own.length > 0) return 'foreign-envelope'
  return null
}

/** The organisation behind an address: a known service, else the registered domain of its name, else the address. */
function organisationOf(
  line: SourceLine,
  world: SourceWorld,
): { id: string; name: string; isService: boolean; include: string | null } {
  const ptr = world.nameOf.get(line.sourceIp)
  const spfDomain = line.spf.split(' ')[1] ?? ''
  const names = [...(ptr ? [ptr] : []), ...signaturesOf(line).map(({ domain }) => domain), spfDomain]
  const service = names.map(world.serviceOf ?? serviceOf).find((found) => found !== null)
  if (service) return { id: service.id, name: service.name, isService: true, include: service.include ?? null }
  const registered = ptr ? getDomain(ptr) : null
  const name = registered ?? line.sourceIp
  return { id: name, name, isService: false, include: null }
}

/** Domains that vouched for a line's messages, aligned or not. */
function vouchingDomains(line: SourceLine): { signed: string[]; envelope: string[] } {
  const signed = signaturesOf(line).filter(({ result, domain }) => result === 'pass' && domain !== '')
  const [result, domain = ''] = line.spf.split(' ')
  return {
    signed: [...new Set(signed.map((signature) => signature.domain))],
    envelope: result === 'pass' && domain !== '' ? [domain] : [],
  }
}

/**
 * Tells which source a line belongs to: a node of ours; what the administrator named as ours by where it comes from;
 * whoever passed it on; what he named otherwise; a known service; nobody known. Pure.
 */
export function sourceFinder(world: SourceWorld): (line: SourceLine) => Place {
  const nameOf = sourceNamer(world.named ?? [])
  const here = { isOurs: null, include: null, forwarding: 'no', forwardReason: null } as const
  const ours = (name: string) => ({ ...here, key: `named:ours:${name}`, kind: 'named', name, isOurs: true }) as const
  return (line) => {
    const node = world.nodeOf.get(line.sourceIp)
    if (node !== undefined) return { key: `own:${node}`, kind: 'own', name: node, ...here }
    const { signed, envelope } = vouchingDomains(line)
    const hostName = world.nameOf.get(line.sourceIp) ?? null
    const { named, by } = nameOf({ ip: line.sourceIp, hostName, domains: [...signed, ...envelope] }) ?? {}
    // Our own signature from somebody who sends for us is no sign of forwarding.
    if (named?.isOurs && by === 'place') return ours(named.name)
    const reason = forwardOf(line, world)
    const { id, name, isService, include } = organisationOf(line, world)
    if (reason !== null && reason !== 'foreign-envelope') {
      const forwarder = { ...here, kind: 'forwarder', forwarding: 'yes', forwardReason: reason } as const
      return named && by === 'place'
        ? { ...forwarder, key: `forwarder:named:${named.name}`, name: named.name, isOurs: named.isOurs }
        : { ...forwarder, key: `forwarder:${id}`, name }
    }
    if (named?.isOurs) return ours(named.name)
    const maybe = { forwarding: reason ? 'maybe' : 'no', forwardReason: reason } as const
    if (named)
      return { key: `named:other:${named.name}`, kind: 'named', name: named.name, isOurs: false, include, ...maybe }
    const kind = isService ? 'service' : 'unknown'
    return { key: `${kind}:${id}`, kind, name, isOurs: null, include, ...maybe }
  }
}

function retiredSelectors(line: SourceLine, { domain, selectors }: SourceWorld): string[] {
  const own = signaturesOf(line).filter((one) => one.domain === domain && selectors.get(one.selector) === false)
  return own.map(({ selector }) => selector)
}

function adviceOf(source: Source): SourceAdvice {
  if (source.kind === 'own' && source.retiredSelectors.length > 0) return 'retired-key'
  if (source.isOurs === false && source.forwarding === 'no' && source.aligned > 0) return 'not-ours-passes'
  if (source.aligned === source.messages) return 'none'
  if (source.kind === 'own') return 'own-unsigned'
  if (source.kind === 'named') return source.isOurs ? 'named-sign-or-include' : 'not-ours'
  if (source.forwarding !== 'no') return 'forwarding'
  if (source.kind !== 'service') return 'find-out'
  return source.include === null ? 'sign' : 'sign-and-include'
}

function addAddress(
  source: Source,
  { sourceIp: ip, messages, isDkimAligned, isSpfAligned }: SourceLine,
  world: SourceWorld,
  known: Map<string, SourceAddress>,
): void {
  const key = `${source.key} ${ip}`
  let address = known.get(key)
  if (!address) {
    address = { ip, name: world.nameOf.get(ip) ?? null, messages: 0, aligned: 0 }
    known.set(key, address)
    source.addresses.push(address)
  }
  address.messages += messages
  address.aligned += isDkimAligned || isSpfAligned ? messages : 0
}

const MOST_DOMAINS = 5

/** Who vouched for messages that are not aligned: what has to change is said by their names. */
function addVouching(source: Source, line: SourceLine): void {
  const { signed, envelope } = vouchingDomains(line)
  source.signsAs = [...new Set([...source.signsAs, ...signed])].slice(0, MOST_DOMAINS)
  source.envelopes = [...new Set([...source.envelopes, ...envelope])].slice(0, MOST_DOMAINS)
}

/** Groups lines into sources, the one with most messages first; no message is lost or counted twice. Pure. */
export function groupSources(lines: readonly SourceLine[], world: SourceWorld): Source[] {
  const sources = new Map<string, Source>()
  const addresses = new Map<string, SourceAddress>()
  const placeOf = sourceFinder(world)
  for (const line of lines) {
    const place = placeOf(line)
    const source: Source = sources.get(place.key) ?? {
      ...place,
      ...{ messages: 0, aligned: 0, spfAligned: 0, dkimAligned: 0, stopped: 0 },
      ...{ addresses: [], retiredSelectors: [], signsAs: [], envelopes: [], advice: 'none' },
    }
    sources.set(place.key, source)
    const isAligned = line.isDkimAligned || line.isSpfAligned
    source.messages += line.messages
    source.aligned += isAligned ? line.messages : 0
    source.spfAligned += line.isSpfAligned ? line.messages : 0
    source.dkimAligned += line.isDkimAligned ? line.messages : 0
    source.stopped += !isAligned && line.isStopped ? line.messages : 0
    if (source.forwarding === 'no' && place.forwarding === 'maybe') Object.assign(source, place)
    source.retiredSelectors = [...new Set([...source.retiredSelectors, ...retiredSelectors(line, world)])].sort()
    if (!isAligned) addVouching(source, line)
    addAddress(source, line, world, addresses)
  }
  for (const source of sources.values()) {
    source.advice = adviceOf(source)
    source.addresses.sort((a, b) => b.messages - a.messages || (a.ip < b.ip ? -1 : 1))
  }
  return [...sources.values()].sort((a, b) => b.messages - a.messages || (a.key < b.key ? -1 : 1))
}
