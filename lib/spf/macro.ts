/** What each macro letter stands for in one evaluation (RFC 7208 §7.2). `p` only where it is asked for. */
export interface MacroValues {
  /** Sender, its local part, its domain. */
  s: string
  l: string
  o: string
  /** The domain whose record is evaluated. */
  d: string
  /** The client's address, dotted; its validated name; `in-addr` or `ip6`. */
  i: string
  p: string
  v: string
  /** The name given in HELO or EHLO. */
  h: string
}

type Letter = keyof MacroValues

/** Literal text, or a macro with its transformers (RFC 7208 §7.1). */
export type MacroPart =
  | { kind: 'text'; text: string }
  | { kind: 'macro'; letter: string; isEscaped: boolean; parts: number; isReversed: boolean; delimiters: string }

const MACRO = /%\{([A-Za-z])(\d*)(r?)([.+,/_=-]*)\}/iy
const LITERAL = /[\x21-\x24\x26-\x7e]+/y
const PLAIN: Record<string, string> = { '%%': '%', '%_': ' ', '%-': '%20' }
/** Letters of a domain-spec. */
const LETTERS = 'slodiphv'
/** Letters that only explanations may hold; names of unknown modifiers are not judged so closely. */
const ALL_LETTERS = `${LETTERS}crt`
const TOP_LABEL = /\.(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])\.?$/i
const MAX_NAME_OCTETS = 253
const MAX_LABEL_OCTETS = 63

function macroPart(match: RegExpExecArray): MacroPart {
  const [, letter = '', digits = '', reversal = '', delimiters = ''] = match
  return {
    kind: 'macro',
    letter: letter.toLowerCase(),
    isEscaped: letter !== letter.toLowerCase(),
    parts: digits === '' ? Infinity : Number(digits),
    isReversed: reversal !== '',
    delimiters: delimiters === '' ? '.' : delimiters,
  }
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index
  return pattern.exec(text)
}

/** The parts of a macro-string, or null where it is none (RFC 7208 §7.1); spaces and other than ASCII are none. */
export function parseMacroString(text: string, letters = ALL_LETTERS): MacroPart[] | null {
  const parts: MacroPart[] = []
  for (let index = 0; index < text.length;) {
    const plain = PLAIN[text.slice(index, index + 2)]
    const literal = matchAt(LITERAL, text, index)
    const macro = matchAt(MACRO, text, index)
    if (plain !== undefined) parts.push({ kind: 'text', text: plain })
    else if (literal) parts.push({ kind: 'text', text: literal[0] })
    else if (macro) {
      const part = macroPart(macro)
      if (part.kind === 'macro' && (!letters.includes(part.letter) || part.parts === 0)) return null
      parts.push(part)
    } else return null
    index += plain === undefined ? ((literal ?? macro)?.[0].length ?? 1) : 2
  }
  return parts
}

/** True for a domain-spec: a macro-string that ends in a macro or in a top label (RFC 7208 §7.1). */
export function isDomainSpec(text: string): boolean {
  const parts = parseMacroString(text, LETTERS)
  return parts !== null && parts.length > 0 && (/%(?:[%_-]|\{[^}]*\})$/.test(text) || TOP_LABEL.test(text))
}

/** The macro letters that a domain-spec uses, lower case. */
export function macroLetters(spec: string): Set<string> {
  return new Set((parseMacroString(spec) ?? []).flatMap((part) => (part.kind === 'macro' ? [part.letter] : [])))
}

/** RFC 3986 §2.3: everything but unreserved characters as %XX of its UTF-8. */
function escapeUrl(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((octet) => {
      const character = String.fromCharCode(octet)
      return /[A-Za-z0-9._~-]/.test(character) ? character : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

function expandPart(part: MacroPart, values: MacroValues): string {
  if (part.kind === 'text') return part.text
  const value = values[part.letter as Letter]
  const pieces: string[] = []
  let piece = ''
  for (const character of value) {
    if (part.delimiters.includes(character)) {
      pieces.push(piece)
      piece = ''
    } else piece += character
  }
  pieces.push(piece)
  if (part.isReversed) pieces.reverse()
  const kept = pieces.slice(-Math.min(part.parts, pieces.length)).join('.')
  return part.isEscaped ? escapeUrl(kept) : kept
}

/** True for a name that a DNS question can hold and that is no single label (RFC 7208 §4.3). */
export function isQueryName(name: string): boolean {
  const labels = name.split('.')
  return (
    name.length <= MAX_NAME_OCTETS &&
    labels.length > 1 &&
    labels.every((label) => label.length > 0 && label.length <= MAX_LABEL_OCTETS && /^[\x20-\x7e]+$/.test(label))
  )
}

/**
 * The name that a domain-spec means, lower case and without final dot; labels on the left go where it would be too long
 * (RFC 7208 §7.3). Null where no question can hold it.
 */
export function expandName(spec: string, values: MacroValues): string | null {
  const parts = parseMacroString(spec, LETTERS) ?? []
  let name = parts
    .map((part) => expandPart(part, values))
    .join('')
    .replace(/\.$/, '')
    .toLowerCase()
  while (name.length > MAX_NAME_OCTETS && name.includes('.')) name = name.slice(name.indexOf('.') + 1)
  return isQueryName(name) ? name : null
}
