import type { Dns } from '@/lib/dns/resolver'
import type { SpfEvaluation, SpfProblem, SpfResult, SpfSender, SpfStep, SpfTrace } from '@/lib/spf/evaluation'
import { expandName, isQueryName, macroLetters } from '@/lib/spf/macro'
import { parseClient } from '@/lib/spf/network'
import { selectSpfRecord, type SpfDirective, type SpfModifier, type SpfSelection, type SpfTerm } from '@/lib/spf/record'
import {
  addressType,
  ask,
  askFirst,
  identity,
  isAt,
  isBelow,
  permanent,
  spend,
  startRun,
  Stop,
  validatedNames,
  type Place,
  type Run,
  type SpfOptions,
} from '@/lib/spf/run'

type Verdict = Pick<SpfEvaluation, 'matched'> & { result: Exclude<SpfResult, 'temperror' | 'permerror'> }

const VERDICTS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const

/** The name that a term means; null where no question can hold it. `%{p}` is a look-up of its own (RFC 7208 §4.6.4). */
async function targetOf(run: Run, place: Place, term: SpfTerm, step: SpfStep): Promise<string | null> {
  const { domain } = place
  const spec = term.kind === 'directive' ? term.target : term.value
  if (spec === '') {
    step.target = domain
    return domain
  }
  let p = 'unknown'
  if (macroLetters(spec).has('p')) {
    spend(run, place, term)
    const names = await validatedNames(run, place, step)
    p = names.find((name) => name === domain) ?? names.find((name) => isBelow(name, domain)) ?? names[0] ?? p
  }
  const name = expandName(spec, { ...run.values, d: domain, p })
  step.target = name ?? ''
  return name
}

function prefixFor(run: Run, term: SpfDirective): number {
  return run.client.family === 4 ? term.prefix4 : term.prefix6
}

async function matchesA(run: Run, place: Place, term: SpfDirective, step: SpfStep): Promise<boolean> {
  const target = await targetOf(run, place, term, step)
  if (target === null) return false
  const addresses = await askFirst(run, place, step, target, addressType(run.client))
  return addresses.some((address) => isAt(run.client, address, prefixFor(run, term)))
}

async function matchesMx(run: Run, place: Place, term: SpfDirective, step: SpfStep): Promise<boolean> {
  const target = await targetOf(run, place, term, step)
  if (target === null) return false
  const values = await askFirst(run, place, step, target, 'MX')
  if (values.length > run.limits.names) throw permanent('too-many-names', place.domain, term.text)
  for (const value of values) {
    const host = (value.split(' ')[1] ?? '').replace(/\.$/, '').toLowerCase()
    if (!isQueryName(host)) continue
    const addresses = await ask(run, host, addressType(run.client))
    if (addresses.some((address) => isAt(run.client, address, prefixFor(run, term)))) return true
  }
  return false
}

async function matchesPtr(run: Run, place: Place, term: SpfDirective, step: SpfStep): Promise<boolean> {
  const target = await targetOf(run, place, term, step)
  if (target === null) return false
  const names = await validatedNames(run, place, step)
  return names.some((name) => isBelow(name, target))
}

/** What the record of another domain says; that it has none is an error of whoever names it (RFC 7208 §5.2, §6.1). */
async function follow(run: Run, place: Place, term: SpfTerm, step: SpfStep): Promise<Verdict> {
  const target = await targetOf(run, place, term, step)
  if (target === null) throw permanent('bad-name', place.domain, term.text)
  const above = [...place.above, place.domain]
  // The same record for the same sender leads here again, until a limit is reached.
  if (above.includes(target)) throw permanent('loop', place.domain, [...above, target].join(' → '))
  step.below = { domain: target, record: null, steps: [] }
  const verdict = await checkHost(run, { domain: target, above }, step.below)
  if (verdict.result === 'none') throw permanent('no-record', target, term.text)
  return verdict
}

async function matches(run: Run, place: Place, term: SpfDirective, step: SpfStep): Promise<boolean> {
  if (term.name === 'all') return true
  if (term.name === 'ip4' || term.name === 'ip6') return isAt(run.client, term.target, prefixFor(run, term))
  spend(run, place, term)
  switch (term.name) {
    case 'include':
      return (await follow(run, place, term, step)).result === 'pass'
    case 'a':
      return matchesA(run, place, term, step)
    case 'mx':
      return matchesMx(run, place, term, step)
    case 'ptr':
      return matchesPtr(run, place, term, step)
    case 'exists': {
      const target = await targetOf(run, place, term, step)
      return target !== null && (await askFirst(run, place, step, target, 'A')).length > 0
    }
  }
}

/** Goes through one term and keeps what it cost, also where it ends the evaluation. */
async function take<T>(
  run: Run,
  trace: SpfTrace,
  term: SpfTerm,
  go: (step: SpfStep) => Promise<T>,
  isMatch: (value: T) => boolean,
): Promise<T> {
  const before = run.lookups
  const step: SpfStep = { term: term.text, target: '', outcome: 'error', lookups: 0, isVoid: false, below: null }
  trace.steps.push(step)
  try {
    const value = await go(step)
    step.outcome = isMatch(value) ? 'match' : 'no-match'
    return value
  } finally {
    step.lookups = run.lookups - before
  }
}

async function readRecord(run: Run, domain: string): Promise<SpfSelection> {
  return selectSpfRecord(run.known.get(domain) ?? (await ask(run, domain, 'TXT')))
}

async function checkHost(run: Run, place: Place, trace: SpfTrace): Promise<Verdict> {
  const { domain } = place
  const found = await readRecord(run, domain)
  if (found.status === 'none') return { result: 'none', matched: null }
  if (found.status === 'several') throw permanent('several', domain, found.texts.join('\n'))
  trace.record = found.text
  if (found.status === 'invalid') throw permanent('syntax', domain, found.term)
  for (const term of found.terms) {
    if (term.kind === 'modifier') continue
    const go = (step: SpfStep) => matches(run, place, term, step)
    if (await take(run, trace, term, go, Boolean)) {
      return { result: VERDICTS[term.qualifier], matched: { domain, term: term.text } }
    }
  }
  const redirect = found.terms.find((term): term is SpfModifier => term.kind === 'modifier' && term.name === 'redirect')
  if (!redirect) return { result: 'neutral', matched: null }
  const go = (step: SpfStep) => {
    spend(run, place, redirect)
    return follow(run, place, redirect, step)
  }
  return take(run, trace, redirect, go, ({ matched }) => matched !== null)
}

/**
 * Evaluates SPF as a receiver would (RFC 7208 §4, check_host), through `dns` alone, with every term that was reached and
 * what it cost. Explanations (`exp`) are not fetched. Never rejects for what a record or DNS holds: trouble with DNS is
 * `temperror`, a broken record `permerror`. Throws an Error where `address` is none.
 */
export async function evaluateSpf(dns: Dns, sender: SpfSender, options: SpfOptions = {}): Promise<SpfEvaluation> {
  const client = parseClient(sender.address)
  if (!client) throw new Error(`not an address: ${JSON.stringify(sender.address)}`)
  const { domain } = identity(sender)
  const run = startRun(dns, client, sender, options)
  const trace: SpfTrace = { domain, record: null, steps: [] }
  const end = (result: SpfResult, matched: SpfEvaluation['matched'], problem: SpfProblem | null): SpfEvaluation => {
    const { lookups, voidLookups } = run
    return { result, problem, matched, lookups, voidLookups, trace }
  }
  if (!isQueryName(domain)) return end('none', null, null)
  try {
    const { result, matched } = await checkHost(run, { domain, above: [] }, trace)
    return end(result, matched, null)
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return end(error.result, null, error.problem)
  }
}
