import { z } from 'zod'

declare const domainBrand: unique symbol
/** A domain name as A-label: lower case, no final dot, at least two labels (RFC 5890). */
export type DomainName = string & { readonly [domainBrand]: true }

const HOSTNAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/

/**
 * The A-label form of what somebody typed (upper case, final dot, U-labels), or null where it is no domain name.
 * Mapping is that of UTS 46 as browsers do it.
 */
export function toDomainName(typed: string): DomainName | null {
  const text = typed.trim().replace(/[.。．｡]$/u, '')
  // What a URL parser would read as something else than a host is refused before it is asked.
  if (text.length === 0 || text.length > 1000 || /[^\p{L}\p{M}\p{N}.。．｡\u200c\u200d·-]/u.test(text)) return null
  let ascii: string
  try {
    ascii = new URL(`http://${text}/`).hostname
  } catch {
    return null
  }
  return HOSTNAME.test(ascii) ? (ascii as DomainName) : null
}

/** Input schema of a domain name; the message is a key of `messages/`. */
export const domainNameSchema = z
  .string()
  .max(1000)
  .transform((typed, context) => {
    const name = toDomainName(typed)
    if (name) return name
    context.addIssue({ code: 'custom', message: 'domain.malformed' })
    return z.NEVER
  })

/** The U-label form for people, equal to the input where nothing differs. */
export function toUnicode(name: string): string {
  return name.includes('xn--') ? decodeLabels(name) : name
}

function decodeLabels(name: string): string {
  return name
    .split('.')
    .map((label) => (label.startsWith('xn--') ? (decodePunycode(label.slice(4)) ?? label) : label))
    .join('.')
}

/** RFC 3492 §6.2; null where the text is no Punycode. */
function decodePunycode(text: string): string | null {
  const output: number[] = []
  const split = text.lastIndexOf('-')
  for (const character of text.slice(0, Math.max(split, 0))) output.push(character.codePointAt(0) ?? 0)
  let codePoint = 128
  let insertAt = 0
  let bias = 72
  for (let index = split + 1; index < text.length;) {
    const before = insertAt
    for (let weight = 1, k = 36; ; k += 36) {
      const digit = digitOf(text.charCodeAt(index++))
      if (digit === null) return null
      insertAt += digit * weight
      const threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias
      if (digit < threshold) break
      weight *= 36 - threshold
    }
    const length = output.length + 1
    bias = adapt(insertAt - before, length, before === 0)
    codePoint += Math.floor(insertAt / length)
    insertAt %= length
    if (codePoint > 0x10ffff) return null
    output.splice(insertAt++, 0, codePoint)
  }
  return String.fromCodePoint(...output)
}

function digitOf(code: number): number | null {
  if (code >= 97 && code <= 122) return code - 97
  if (code >= 48 && code <= 57) return code - 22
  return null
}

function adapt(delta: number, length: number, first: boolean): number {
  let rest = first ? Math.floor(delta / 700) : delta >> 1
  rest += Math.floor(rest / length)
  let k = 0
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35)
  return k + Math.floor((36 * rest) / (rest + 38))
}
