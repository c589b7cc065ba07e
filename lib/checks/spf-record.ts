import { result, type CheckResult } from '@/lib/checks/check'
import { reachedTerms } from '@/lib/spf/cost'
import { isSpfRecord, SPF_MECHANISMS, type SpfSelection, type SpfTerm } from '@/lib/spf/record'

/** Receivers truncate or drop longer answers over UDP (RFC 7208 §3.4). */
const MOST_OCTETS = 450
/** What fits a datagram on every path (the size agreed on at DNS flag day 2020). */
const MOST_ANSWER_OCTETS = 1_232

/** What is published at a domain's own name, and what should be. */
export interface SeenSpf {
  /** Every TXT text of the name. */
  texts: readonly string[]
  selection: SpfSelection
  /** The record that would be right, by an edit as small as can be; none where we want none. */
  expected: string[]
}

/** Texts that were meant to be a record and are none. */
function nearMisses(texts: readonly string[]): string[] {
  return texts.filter((text) => !isSpfRecord(text) && /^[\s"']*v\s*=?\s*spf/i.test(text) && !/^spf2\.0/i.test(text))
}

/** Terms that a receiver passes over: behind `all`, a redirect beside `all`, a mechanism written with `=`. */
export function ignoredTerms(terms: readonly SpfTerm[]): string[] {
  const reached = reachedTerms(terms)
  const isIgnored = (term: SpfTerm): boolean => {
    if (term.kind === 'directive' || term.name === 'redirect') return !reached.includes(term)
    return [...SPF_MECHANISMS, 'ipv4', 'ipv6'].includes(term.name)
  }
  return terms.filter(isIgnored).map((term) => term.text)
}

/** Whether there is one record that can be read: points 31 and 32. */
export function judgePresence({ texts, selection, expected }: SeenSpf, isParked: boolean): CheckResult[] {
  const { status } = selection
  const records = texts.filter(isSpfRecord)
  const say = (check: string, isBroken: boolean, values: CheckResult['values'] = {}) =>
    result(check, isBroken ? 'broken' : 'ok', { found: records, expected: isBroken ? expected : [], values })
  if (status === 'none') {
    // A domain without mail has a check of its own for it; where nothing of ours is wanted nobody misses it.
    const isMissed = !isParked && expected.length > 0
    return isMissed ? [{ ...say('spf.missing', true), found: nearMisses(texts) }] : []
  }
  const several = say('spf.several', status === 'several', { count: records.length })
  const presence = [result('spf.missing', 'ok', { found: records }), several]
  if (status === 'several') return presence
  const isInvalid = status === 'invalid'
  return [...presence, say('spf.syntax', isInvalid, { term: isInvalid ? selection.term : '' })]
}

/** What a readable record says that it should not: points 36 (in part), 38 and 39. */
export function judgeTerms({ texts, selection, expected }: SeenSpf): CheckResult[] {
  const octets = texts.reduce((sum, text) => sum + text.length + 12, 0)
  const longest = Math.max(0, ...texts.filter(isSpfRecord).map((text) => text.length))
  const length = result(
    'spf.length',
    longest > MOST_OCTETS ? 'attention' : octets > MOST_ANSWER_OCTETS ? 'info' : 'ok',
    {
      values: { octets: longest, total: octets, state: longest > MOST_OCTETS ? 'record' : 'answer' },
    },
  )
  const senderId = texts.filter((text) => /^spf2\.0/i.test(text))
  const terms = selection.status === 'record' ? selection.terms : []
  const ptr = terms.filter((term) => term.kind === 'directive' && term.name === 'ptr').map((term) => term.text)
  const obsolete = result('spf.obsolete', ptr.length + senderId.length > 0 ? 'attention' : 'ok', {
    found: [...ptr, ...senderId],
    values: { what: [...ptr, ...(senderId.length > 0 ? ['spf2.0'] : [])].join(', ') },
  })
  const ignored = ignoredTerms(terms)
  return [
    length,
    obsolete,
    result('spf.ignored', ignored.length > 0 ? 'attention' : 'ok', {
      ...(ignored.length > 0 ? { found: ignored, expected } : {}),
      values: { terms: ignored.join(' ') },
    }),
  ]
}

/** True where all that a receiver reaches is refused (RFC 7208 §10.1.2). */
function isClosed({ selection }: SeenSpf): boolean {
  const reached = selection.status === 'record' ? reachedTerms(selection.terms) : []
  return reached.at(-1)?.name === 'all' && reached.every((term) => term.qualifier === '-')
}

/** Point 11: a domain that sends no mail says so. */
export function judgeParked(seen: SeenSpf): CheckResult {
  const found = seen.texts.filter(isSpfRecord)
  return isClosed(seen)
    ? result('spf.parked', 'ok', { found })
    : result('spf.parked', 'attention', { found, expected: seen.expected })
}
