import { isDomainSpec, parseMacroString } from '@/lib/spf/macro'
import { parseNetwork } from '@/lib/spf/network'

export const SPF_MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'] as const
export type SpfMechanism = (typeof SPF_MECHANISMS)[number]

interface TermText {
  qualifier: '+' | '-' | '~' | '?'
  /** After `:` or `/` (kept) of a directive, after `=` of a modifier. */
  value: string
  /** The term as it stood. */
  text: string
}

/** A directive such as `~all` or `ip4:192.0.2.0/24` (RFC 7208 §4.6.1). */
export interface SpfDirective extends TermText {
  kind: 'directive'
  name: SpfMechanism
  /** The domain-spec, or the network of `ip4` and `ip6`; empty where the domain itself is meant. */
  target: string
  prefix4: number
  prefix6: number
}

/** A modifier such as `redirect=_spf.example.net`; those of other names have no meaning (RFC 7208 §6). */
export interface SpfModifier extends TermText {
  kind: 'modifier'
  name: string
}

export type SpfTerm = SpfDirective | SpfModifier

/** What stands at a name (RFC 7208 §4.5, §4.6). `invalid`: a verifier says permerror because of `term`. */
export type SpfSelection =
  | { status: 'record'; text: string; terms: SpfTerm[] }
  | { status: 'invalid'; text: string; term: string }
  | { status: 'several'; texts: string[] }
  | { status: 'none' }

/** True where a TXT text is an SPF record by its version (RFC 7208 §4.5). */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text)
}

function prefixOf(digits: string | undefined, most: number): number | null {
  if (digits === undefined) return most
  return /^(?:0|[1-9]\d{0,2})$/.test(digits) && Number(digits) <= most ? Number(digits) : null
}

type Target = Pick<SpfDirective, 'target' | 'prefix4' | 'prefix6'>
const WHOLE = { prefix4: 32, prefix6: 128 }

function parseNetworkTarget(family: 4 | 6, value: string): Target | null {
  const [, target = '', digits] = /^:([^/]+)(?:\/(.*))?$/.exec(value) ?? []
  const prefix = prefixOf(digits, family === 4 ? 32 : 128)
  if (parseNetwork(target)?.family !== family || prefix === null) return null
  return family === 4 ? { ...WHOLE, target, prefix4: prefix } : { ...WHOLE, target, prefix6: prefix }
}

function parseHostTarget(value: string): Target | null {
  const match = /^(?::(.+?))?(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(value)
  const [prefix4, prefix6] = [prefixOf(match?.[2], 32), prefixOf(match?.[3], 128)]
  const target = match?.[1]
  if (!match || prefix4 === null || prefix6 === null || (target !== undefined && !isDomainSpec(target))) return null
  return { target: target ?? '', prefix4, prefix6 }
}

/** `value` is what follows the mechanism's name, with its `:` or `/`. */
function parseTarget(name: SpfMechanism, value: string): Target | null {
  switch (name) {
    case 'all':
      return value === '' ? { target: '', ...WHOLE } : null
    case 'ip4':
      return parseNetworkTarget(4, value)
    case 'ip6':
      return parseNetworkTarget(6, value)
    case 'a':
    case 'mx':
      return parseHostTarget(value)
    case 'ptr':
    case 'include':
    case 'exists': {
      if (value === '' && name === 'ptr') return { target: '', ...WHOLE }
      const target = value.startsWith(':') ? value.slice(1) : ''
      return isDomainSpec(target) ? { target, ...WHOLE } : null
    }
  }
}

function parseModifier(name: string, value: string, text: string): SpfModifier | null {
  const isFine = name === 'redirect' || name === 'exp' ? isDomainSpec(value) : parseMacroString(value) !== null
  return isFine ? { kind: 'modifier', qualifier: '+', name, value, text } : null
}

function parseTerm(text: string): SpfTerm | null {
  const modifier = /^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$/.exec(text)
  if (modifier) return parseModifier((modifier[1] ?? '').toLowerCase(), modifier[2] ?? '', text)
  const directive = /^([+?~-]?)([A-Za-z0-9]+)([:/].*)?$/.exec(text)
  const name = SPF_MECHANISMS.find((known) => known === directive?.[2]?.toLowerCase())
  const value = directive?.[3] ?? ''
  const target = name === undefined ? null : parseTarget(name, value)
  if (name === undefined || target === null) return null
  const qualifier = (directive?.[1] === '' ? '+' : directive?.[1]) as SpfTerm['qualifier']
  return { kind: 'directive', qualifier, name, value: value.replace(/^:/, ''), text, ...target }
}

/** The first term that makes a record invalid, and the terms otherwise (RFC 7208 §4.6, §12). Terms are parted by spaces alone. */
function readTerms(text: string): { terms: SpfTerm[] } | { term: string } {
  const terms: SpfTerm[] = []
  const texts = text.split(' ').filter((part) => part !== '')
  for (const part of texts.slice(1)) {
    const term = /^[\x21-\x7e]+$/.test(part) ? parseTerm(part) : null
    // `redirect` and `exp` may each stand once (RFC 7208 §6).
    const isSecond =
      term?.kind === 'modifier' &&
      (term.name === 'redirect' || term.name === 'exp') &&
      terms.some((other) => other.name === term.name)
    if (!term || isSecond) return { term: part }
    terms.push(term)
  }
  return { terms }
}

/** The terms of an SPF record, or null where it is not one of RFC 7208 §12: a verifier says permerror then. */
export function parseSpfRecord(text: string): SpfTerm[] | null {
  const selection = selectSpfRecord([text])
  return selection.status === 'record' ? selection.terms : null
}

/** The SPF record among the TXT texts of a name (RFC 7208 §4.5). */
export function selectSpfRecord(texts: readonly string[]): SpfSelection {
  const records = texts.filter(isSpfRecord)
  const [text] = records
  if (text === undefined) return { status: 'none' }
  if (records.length > 1) return { status: 'several', texts: records }
  const read = readTerms(text)
  return 'terms' in read ? { status: 'record', text, terms: read.terms } : { status: 'invalid', text, term: read.term }
}
