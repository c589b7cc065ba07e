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
  // NFKC first: a fraction or a ligature is judged by the characters that it stands for.
  const text = typed
    .trim()
    .normalize('NFKC')
    .replace(/[.。]$/u, '')
  // What a URL parser would read as something else than a host is refused before it is asked.
  if (text.length === 0 || text.length > 1000 || /[^\p{L}\p{M}\p{N}.。\u200c\u200d·-]/u.test(text)) return null
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
