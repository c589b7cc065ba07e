import { isIPv4, isIPv6 } from 'node:net'
import { parseSpfRecord, type SpfTerm } from '@/lib/spf/record'

/** A passing network of fewer bits than this holds more of the Internet than anybody sends from. */
const FEWEST_BITS = 8

/** True for a term by which anybody may send: `+all`, or a network such as `ip4:0.0.0.0/0`. */
export function isOpenTerm(term: SpfTerm): boolean {
  if (term.kind !== 'directive' || term.qualifier !== '+') return false
  return term.name === 'all' || Math.min(term.prefix4, term.prefix6) < FEWEST_BITS
}

/** The usual typing errors: `ipv4:`, `ip:`, and `=` for `:` after a mechanism, which makes a modifier that means nothing. */
function respell(word: string): string {
  const [, sign = '', name = '', value = ''] =
    /^([+?~-]?)(ipv?[46]?|include|exists|a|mx|ptr)[:=](.+)$/i.exec(word) ?? []
  if (name === '') return word
  if (!/^ip/i.test(name)) return `${sign}${name}:${value}`
  const [address = ''] = value.split('/')
  if (isIPv4(address)) return `${sign}ip4:${value}`
  return isIPv6(address) ? `${sign}ip6:${value}` : word
}

function termsOf(text: string): SpfTerm[] {
  const words = text.split(' ').filter((word) => word !== '')
  return words.slice(1).flatMap((word) => parseSpfRecord(`v=spf1 ${respell(word)}`) ?? [])
}

function isAll(term: SpfTerm): boolean {
  return term.kind === 'directive' && term.name === 'all'
}

/** The mildest of the ends that may stay. */
function endOf(terms: readonly SpfTerm[], all: '~' | '-'): string {
  const signs = terms.filter(isAll).map((term) => term.qualifier)
  if (signs.includes('~')) return '~all'
  return signs.includes('-') ? '-all' : `${all}all`
}

/**
 * One valid record that means what those that stand there were meant to mean: typing errors are corrected, what cannot be
 * read or lets anybody send goes, terms behind `all` come before it, several records become one. `all` is its end where
 * none of them has one that may stay.
 */
export function repairSpf(texts: readonly string[], all: '~' | '-'): string {
  const terms = texts.flatMap(termsOf)
  const named = terms.filter((term) => term.kind === 'directive' && !isAll(term) && !isOpenTerm(term))
  const redirects = terms.filter((term) => term.kind === 'modifier' && term.name === 'redirect')
  const exp = terms.find((term) => term.kind === 'modifier' && term.name === 'exp')
  const isRedirected = texts.length === 1 && redirects.length === 1 && !terms.some(isAll)
  const directives = [
    ...named.map((term) => term.text),
    // A redirect takes the place of `all`; beside others it becomes an include.
    ...(isRedirected || terms.some(isAll) ? [] : redirects.map((term) => `include:${term.value}`)),
  ]
  const end = isRedirected ? `redirect=${redirects[0]?.value ?? ''}` : endOf(terms, all)
  const unique = directives.filter(
    (text, index) => directives.findIndex((other) => other.toLowerCase() === text.toLowerCase()) === index,
  )
  return ['v=spf1', ...unique, end, ...(exp ? [exp.text] : [])].join(' ')
}
