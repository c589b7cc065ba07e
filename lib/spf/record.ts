/** A directive `~all`, `ip4:192.0.2.0/24` or a modifier `redirect=…` (RFC 7208 §4.6.1). `text` is the term as it stood. */
export interface SpfTerm {
  kind: 'directive' | 'modifier'
  qualifier: '+' | '-' | '~' | '?'
  name: string
  /** After `:` or `/` (kept) of a directive, after `=` of a modifier. */
  value: string
  text: string
}

const MECHANISMS = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists']

/** True where a TXT text is an SPF record by its version (RFC 7208 §4.5). */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text)
}

function parseTerm(text: string): SpfTerm | null {
  const modifier = /^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$/s.exec(text)
  if (modifier)
    return { kind: 'modifier', qualifier: '+', name: (modifier[1] ?? '').toLowerCase(), value: modifier[2] ?? '', text }
  const directive = /^([+?~-]?)([A-Za-z0-9]+)((?::|\/)[^\s]+)?$/.exec(text)
  const name = directive?.[2]?.toLowerCase() ?? ''
  if (!directive || !MECHANISMS.includes(name)) return null
  const qualifier = (directive[1] === '' ? '+' : directive[1]) as SpfTerm['qualifier']
  return { kind: 'directive', qualifier, name, value: (directive[3] ?? '').replace(/^:/, ''), text }
}

/** The terms of an SPF record, or null where a term is not of RFC 7208 §4.6.1: a verifier says permerror then. */
export function parseSpfRecord(text: string): SpfTerm[] | null {
  if (!isSpfRecord(text)) return null
  const terms = text.trim().split(/ +/).slice(1).map(parseTerm)
  return terms.includes(null) ? null : (terms as SpfTerm[])
}
