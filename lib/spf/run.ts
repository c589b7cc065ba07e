import { systemClock, type Clock } from '@/lib/clock/clock'
import type { QueryType } from '@/lib/dns/answer'
import { resolve, type Dns } from '@/lib/dns/resolver'
import {
  SPF_LIMITS,
  type SpfEvaluation,
  type SpfLimits,
  type SpfProblem,
  type SpfSender,
  type SpfStep,
} from '@/lib/spf/evaluation'
import { isQueryName, type MacroValues } from '@/lib/spf/macro'
import { dottedAddress, isInNetwork, parseNetwork, reverseName, type Address } from '@/lib/spf/network'
import type { SpfTerm } from '@/lib/spf/record'

export interface SpfOptions {
  /** TXT texts of the sender's domain, where they were read elsewhere than at the resolvers. */
  texts?: readonly string[]
  limits?: Partial<SpfLimits>
  clock?: Clock
}

/** Ends an evaluation from any depth; `evaluateSpf` catches it. */
export class Stop extends Error {
  constructor(
    readonly result: 'permerror' | 'temperror',
    readonly problem: SpfProblem,
  ) {
    super(problem.reason)
  }
}

/** The end of an evaluation that no later try would change (RFC 7208 §2.6.7). */
export function permanent(reason: SpfProblem['reason'], domain: string, detail: string): Stop {
  return new Stop('permerror', { reason, domain, detail })
}

/** One evaluation under way: what it is about, and what it has spent. */
export interface Run extends Pick<SpfEvaluation, 'lookups' | 'voidLookups'> {
  dns: Dns
  client: Address
  values: Omit<MacroValues, 'd' | 'p'>
  limits: SpfLimits
  clock: Clock
  until: number
  /** Texts that need no question, by name. */
  known: ReadonlyMap<string, readonly string[]>
}

/** Where a term stands: the domain whose record it is of, and the domains that led there. */
export interface Place {
  domain: string
  above: readonly string[]
}

/** Local part and domain of the sender that is judged (RFC 7208 §2.4, §4.3). */
export function identity({ sender, helo }: SpfSender): { local: string; domain: string } {
  const text = sender === '' ? helo : sender
  const at = text.lastIndexOf('@')
  const domain = text.slice(at + 1).replace(/\.$/, '')
  return { local: at > 0 ? text.slice(0, at) : 'postmaster', domain: domain.toLowerCase() }
}

/** An evaluation that has spent nothing. */
export function startRun(dns: Dns, client: Address, sender: SpfSender, options: SpfOptions): Run {
  const { local, domain } = identity(sender)
  const limits = { ...SPF_LIMITS, ...options.limits }
  const clock = options.clock ?? systemClock
  return {
    dns,
    client,
    values: {
      s: `${local}@${domain}`,
      l: local,
      o: domain,
      i: dottedAddress(client),
      v: client.family === 4 ? 'in-addr' : 'ip6',
      h: sender.helo,
    },
    limits,
    clock,
    until: clock().getTime() + limits.milliseconds,
    known: new Map(options.texts ? [[domain, options.texts]] : []),
    lookups: 0,
    voidLookups: 0,
  }
}

/** True where the client is in the network; what DNS gave for an address and is none holds nobody. */
export function isAt(client: Address, text: string, prefix: number): boolean {
  const network = parseNetwork(text)
  return network !== null && isInNetwork(client, network, prefix)
}

/** The values of a name and type; none where there are none. Throws Stop where DNS does not say, or time is up. */
export async function ask(run: Run, name: string, type: QueryType): Promise<string[]> {
  if (run.clock().getTime() > run.until) throw new Stop('temperror', { reason: 'time', domain: name, detail: type })
  const answer = await resolve(run.dns, name, type)
  switch (answer.status) {
    case 'answer':
      return answer.records.map((record) => record.value)
    case 'nodata':
    case 'nxdomain':
    case 'alias':
      return []
    case 'temperror':
    case 'referral': {
      const detail = answer.status === 'referral' ? answer.zone : answer.words
      throw new Stop('temperror', { reason: 'dns', domain: name, detail: `${type}: ${detail}` })
    }
  }
}

/** Counts a term that causes a question; throws Stop at one too many (RFC 7208 §4.6.4). */
export function spend(run: Run, { domain }: Place, term: SpfTerm): void {
  run.lookups += 1
  if (run.lookups > run.limits.lookups) throw permanent('too-many-lookups', domain, term.text)
}

/** The first question of a term: nothing there is a void look-up (RFC 7208 §4.6.4). */
export async function askFirst(
  run: Run,
  place: Place,
  step: SpfStep,
  name: string,
  type: QueryType,
): Promise<string[]> {
  const values = await ask(run, name, type)
  if (values.length === 0) {
    step.isVoid = true
    run.voidLookups += 1
    if (run.voidLookups > run.limits.voidLookups) throw permanent('too-many-voids', place.domain, step.term)
  }
  return values
}

/** The record type that holds addresses of the client's family. */
export function addressType({ family }: Address): 'A' | 'AAAA' {
  return family === 4 ? 'A' : 'AAAA'
}

async function isAddressOf(run: Run, name: string): Promise<boolean> {
  try {
    const addresses = await ask(run, name, addressType(run.client))
    return addresses.some((address) => isAt(run.client, address, 128))
  } catch (error) {
    // A name that cannot be looked up is passed over (RFC 7208 §5.5); time that is up ends everything.
    if (error instanceof Stop && error.problem.reason === 'dns') return false
    throw error
  }
}

/** The client's names that lead back to it (RFC 7208 §5.5). */
export async function validatedNames(run: Run, place: Place, step: SpfStep): Promise<string[]> {
  let names: string[]
  try {
    names = await askFirst(run, place, step, reverseName(run.client), 'PTR')
  } catch (error) {
    // "If a DNS error occurs while doing the PTR RR lookup, then this mechanism fails to match."
    if (error instanceof Stop && error.problem.reason === 'dns') return []
    throw error
  }
  const found: string[] = []
  for (const name of names.slice(0, run.limits.names).map((value) => value.replace(/\.$/, '').toLowerCase())) {
    if (isQueryName(name) && (await isAddressOf(run, name))) found.push(name)
  }
  return found
}

/** True where `name` is `domain` or ends in it. */
export function isBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`)
}
