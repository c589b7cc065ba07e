import { systemClock } from '@/lib/clock/clock'
import type { DnsAnswer, QueryType } from '@/lib/dns/answer'
import { resolve, type Dns } from '@/lib/dns/resolver'
import { SPF_LIMITS } from '@/lib/spf/evaluation'
import { expandName, macroLetters } from '@/lib/spf/macro'
import { selectSpfRecord, type SpfTerm } from '@/lib/spf/record'
import type { SpfOptions } from '@/lib/spf/run'

/** Records read in one census, and questions for addresses; a record that needs more is beyond every limit long before. */
const MOST_RECORDS = 40
const MOST_QUESTIONS = 60
/** After which no further record is asked for; the last answers may come later. */
const MOST_MILLISECONDS = 10_000

/** One term and what it costs a receiver: its own look-ups and those of the record below it. */
export interface SpfTermCost {
  term: SpfTerm
  /** The name that it asks for; null where that depends on the message. */
  target: string | null
  lookups: number
  voidLookups: number
  /** Mail servers that an `mx` leads to; more than ten are an error too (RFC 7208 §4.6.4). */
  mailServers: number
  /** True where DNS gave no answer, so that its void look-up is not known. */
  isUnknown: boolean
  below: SpfCost | null
}

/**
 * What a record costs a receiver whom nothing in it lets decide before its end (RFC 7208 §4.6.4): terms after `all` cost
 * nothing. `loop`: it is above itself. `varies`: which record it is depends on the message. `unread`: beyond what is read.
 */
export interface SpfCost {
  domain: string
  status: 'record' | 'invalid' | 'several' | 'none' | 'unknown' | 'loop' | 'varies' | 'unread'
  /** The record's text; of `invalid` too. Empty where there is none. */
  text: string
  lookups: number
  voidLookups: number
  terms: SpfTermCost[]
}

interface Branch {
  cost: SpfCost
  above: readonly string[]
}

function leaf(domain: string, status: SpfCost['status']): SpfCost {
  return { domain, status, text: '', lookups: 0, voidLookups: 0, terms: [] }
}

function asks(term: SpfTerm): boolean {
  if (term.kind === 'modifier') return term.name === 'redirect'
  return !['all', 'ip4', 'ip6'].includes(term.name)
}

/** The terms that a receiver goes through when nothing but `all` matches, in its order (RFC 7208 §4.6.2, §6.1). */
export function reachedTerms(terms: readonly SpfTerm[]): SpfTerm[] {
  const directives = terms.filter((term) => term.kind === 'directive')
  const all = directives.findIndex((term) => term.name === 'all')
  if (all >= 0) return directives.slice(0, all + 1)
  return [...directives, ...terms.filter((term) => term.kind === 'modifier' && term.name === 'redirect')]
}

/** The name of a term as far as the message does not matter: `%{d}` and, of the whole evaluation, `%{o}` are known. */
function nameOf(term: SpfTerm, domain: string, sender: string): string | null {
  const spec = term.kind === 'directive' ? term.target : term.value
  if (spec === '') return domain
  const isFixed = [...macroLetters(spec)].every((letter) => letter === 'd' || letter === 'o')
  return isFixed ? expandName(spec, { s: '', l: '', o: sender, d: domain, i: '', p: '', v: '', h: '' }) : null
}

function termCost(term: SpfTerm, domain: string, sender: string): SpfTermCost {
  const spec = term.kind === 'directive' ? term.target : term.value
  // `%{p}` looks the client's name up (RFC 7208 §4.6.4).
  const own = asks(term) ? 1 + Number(macroLetters(spec).has('p')) : 0
  const target = asks(term) ? nameOf(term, domain, sender) : null
  return { term, target, lookups: own, voidLookups: 0, mailServers: 0, isUnknown: false, below: null }
}

function textsOf(answer: DnsAnswer): readonly string[] | null {
  if (answer.status === 'temperror' || answer.status === 'referral') return null
  return answer.status === 'answer' ? answer.records.map((record) => record.value) : []
}

function fill(cost: SpfCost, texts: readonly string[] | null, sender: string): void {
  if (texts === null) {
    cost.status = 'unknown'
    return
  }
  const selected = selectSpfRecord(texts)
  cost.status = selected.status
  if (selected.status === 'record' || selected.status === 'invalid') cost.text = selected.text
  if (selected.status === 'record') {
    cost.terms = reachedTerms(selected.terms).map((term) => termCost(term, cost.domain, sender))
  }
}

function isReference({ kind, name }: SpfTerm): boolean {
  return (kind === 'directive' && name === 'include') || (kind === 'modifier' && name === 'redirect')
}

/** Puts an empty record below each term that names one; those to be read come back. */
function branchesOf({ cost, above }: Branch): Branch[] {
  const path = [...above, cost.domain]
  return cost.terms.flatMap((one) => {
    if (!isReference(one.term)) return []
    if (one.target === null) one.below = leaf(one.term.value, 'varies')
    else if (path.includes(one.target)) one.below = leaf(one.target, 'loop')
    else one.below = leaf(one.target, 'unread')
    return one.below.status === 'unread' ? [{ cost: one.below, above: path }] : []
  })
}

const UNASKED: DnsAnswer = { status: 'temperror', reason: 'unreachable', words: 'not asked' }

async function readTree(dns: Dns, root: SpfCost, isLate: () => boolean): Promise<void> {
  const sender = root.domain
  let level = branchesOf({ cost: root, above: [] })
  let left = MOST_RECORDS
  // Each level is one look-up of a receiver: below this depth every limit is passed.
  for (let depth = 0; depth <= SPF_LIMITS.lookups && level.length > 0; depth++) {
    const read = level.slice(0, left)
    left -= read.length
    const answers = isLate() ? [] : await Promise.all(read.map(({ cost }) => resolve(dns, cost.domain, 'TXT')))
    read.forEach(({ cost }, index) => fill(cost, textsOf(answers[index] ?? UNASKED), sender))
    level = read.flatMap(branchesOf)
  }
}

function allTerms(cost: SpfCost): SpfTermCost[] {
  return cost.terms.flatMap((one) => [one, ...(one.below ? allTerms(one.below) : [])])
}

/** What a term asks for first; a client's own names and what depends on the message are left out. */
function questionsOf({ term, target }: SpfTermCost): { name: string; type: QueryType }[] {
  if (term.kind !== 'directive' || target === null) return []
  if (term.name === 'a')
    return [
      { name: target, type: 'A' as const },
      { name: target, type: 'AAAA' as const },
    ]
  if (term.name === 'exists') return [{ name: target, type: 'A' }]
  return term.name === 'mx' ? [{ name: target, type: 'MX' }] : []
}

/** A look-up is void where it finds nothing; of `a` in neither family, so that a host with one of them is not void. */
async function askTerms(dns: Dns, root: SpfCost): Promise<void> {
  const terms = allTerms(root)
  const questions = new Map(terms.flatMap(questionsOf).map((one) => [`${one.name} ${one.type}`, one]))
  const asked = [...questions].slice(0, MOST_QUESTIONS)
  const answers = new Map(
    await Promise.all(
      asked.map(async ([key, { name, type }]) => [key, textsOf(await resolve(dns, name, type))] as const),
    ),
  )
  for (const one of terms) {
    const found = questionsOf(one).map(({ name, type }) => answers.get(`${name} ${type}`) ?? null)
    if (one.term.name === 'mx') one.mailServers = found[0]?.length ?? 0
    if (found.length === 0 || found.some((values) => values !== null && values.length > 0)) continue
    one.isUnknown = found.includes(null)
    one.voidLookups = one.isUnknown ? 0 : 1
  }
}

function sum(cost: SpfCost): void {
  for (const one of cost.terms) {
    if (!one.below) continue
    sum(one.below)
    one.lookups += one.below.lookups
    one.voidLookups += one.below.voidLookups
  }
  cost.lookups = cost.terms.reduce((total, one) => total + one.lookups, 0)
  cost.voidLookups = cost.terms.reduce((total, one) => total + one.voidLookups, 0)
}

/**
 * Counts what the SPF record of a domain costs, include by include (RFC 7208 §4.6.4), beyond the limits too. Asks at most
 * 101 questions, in at most 13 rounds. Never rejects for what DNS says: what could not be read has its state.
 */
export async function spfCost(
  dns: Dns,
  domain: string,
  { texts, clock = systemClock }: Pick<SpfOptions, 'texts' | 'clock'> = {},
): Promise<SpfCost> {
  const until = clock().getTime() + MOST_MILLISECONDS
  const root = leaf(domain, 'unread')
  fill(root, texts ?? textsOf(await resolve(dns, domain, 'TXT')), domain)
  await readTree(dns, root, () => clock().getTime() > until)
  await askTerms(dns, root)
  sum(root)
  return root
}

/** Every record of a census with the term that led to it (null for the first) and the domains above it. */
export function spfRecords(cost: SpfCost): { cost: SpfCost; via: SpfTerm | null; above: string[] }[] {
  const go = (one: SpfCost, via: SpfTerm | null, above: string[]): ReturnType<typeof spfRecords> => [
    { cost: one, via, above },
    ...one.terms.flatMap(({ term, below }) => (below ? go(below, term, [...above, one.domain]) : [])),
  ]
  return go(cost, null, [])
}
